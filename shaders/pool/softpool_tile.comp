#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SoftPool of 3 x 3 windows, 2 apart, weights per channel: y = sum_i e_i x_i / sum_i e_i over each window. Where the
// cells under a
// tile lie within a range of 60, as nearly always, e_i = exp(x_i - m) with m the largest cell of the tile: one
// exponential a
// cell, at least 8e-27, which all windows over it share: times a cell that makes a difference it is no subnormal
// number, which
// devices may take for 0. Elsewhere each window has a shift of its own, as in softpool.comp.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, C, OH, OW) real
// Dispatch, preconditions: include/pool_tile.glsl
#include "texel.glsl"
#include "pool_tile.glsl"
#include "exp.glsl"

const float LARGEST_RANGE = 60.0;
// Beyond it a sum of nine might overflow.
const float LARGEST_VALUE = 1e37;

// The exponentials of one row of cells, written out as exp_in_range demands.
float[COLUMNS] exponentials_of(float cells[COLUMNS], float largest) {
    return float[COLUMNS](
        exp_in_range(cells[0] - largest), exp_in_range(cells[1] - largest), exp_in_range(cells[2] - largest),
        exp_in_range(cells[3] - largest), exp_in_range(cells[4] - largest), exp_in_range(cells[5] - largest),
        exp_in_range(cells[6] - largest), exp_in_range(cells[7] - largest), exp_in_range(cells[8] - largest));
}

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * TILES)
        return;
    Tile tile = tile_of(index);
    Reals reals = reals_of(tile);
    float cells[ROWS][COLUMNS];
    // The cell in the middle of the first window is real: in place of those that are not, it changes no extreme.
    cells[1] = cells_of(tile, 1);
    float middle = cells[1][1];
    [[unroll]] for (uint row = 0; row < ROWS; row++)
        cells[row] = real_cells_of(tile, reals, row, middle);
    vec2 extremes = extremes_of(tile, cells, vec2(middle));
    float smallest = extremes.x, largest = extremes.y;
    float e[ROWS][COLUMNS] = float[ROWS][COLUMNS](
        exponentials_of(cells[0], largest), exponentials_of(cells[1], largest), exponentials_of(cells[2], largest),
        exponentials_of(cells[3], largest), exponentials_of(cells[4], largest));
    [[unroll]] for (uint row = 0; row < ROWS; row++)
        [[unroll]] for (uint c = 0; c < COLUMNS; c++)
            e[row][c] = (reals.rows[row] & reals.columns[c]) != 0 ? e[row][c] : 0.0;
    float pooled[WINDOWS];
    [[unroll]] for (uint row = 0; row < TILE_ROWS; row++) {
        float total[COLUMNS], weighted[COLUMNS];
        [[unroll]] for (uint c = 0; c < COLUMNS; c++) {
            total[c] = e[2 * row][c] + e[2 * row + 1][c] + e[2 * row + 2][c];
            weighted[c] = fma(e[2 * row + 2][c], cells[2 * row + 2][c],
                fma(e[2 * row + 1][c], cells[2 * row + 1][c], e[2 * row][c] * cells[2 * row][c]));
        }
        [[unroll]] for (uint column = 0; column < TILE_COLUMNS; column++) {
            uint c = 2 * column;
            pooled[row * TILE_COLUMNS + column] =
                (weighted[c] + weighted[c + 1] + weighted[c + 2]) / (total[c] + total[c + 1] + total[c + 2]);
        }
    }

    // The windows one by one, each with a shift of its own, for any finite cells: y = m + sum_i e_i (x_i - m) / sum_i
    // e_i with m
    // the largest cell so far. Drivers without branches run a loop's body once even where no lane needs it: so it is
    // one loop,
    // it stores nothing, and divides numbers as small as these by a multiplication and a shift.
    // A middle that is NaN stands in cells of other windows.
    bool is_wide = !(largest - smallest <= LARGEST_RANGE && largest < LARGEST_VALUE && smallest > -LARGEST_VALUE && middle == middle);
    float shift = 0.0, sum = 0.0, differences = 0.0;
    for (uint i = 0; i < (is_wide ? WINDOWS * 9 : 0); i++) {
        uint window = i * 57 >> 9;             // i / 9
        uint number = i - window * 9;
        uint cell = number == 0 ? 4 : number < 5 ? number - 1 : number;  // the one in the middle, which is real, first
        uint row_of = cell * 11 >> 5;          // cell / 3
        uint cell_row = 2 * (window / TILE_COLUMNS) + row_of, cell_column = 2 * (window % TILE_COLUMNS) + cell - row_of * 3;
        float value = cell_numbered(cell_of(tile, cell_row, cell_column));
        bool is_one = (real_row(2 * tile.row + cell_row) & real_column(2 * tile.column + cell_column)) != 0;
        shift = number == 0 ? value : shift;
        value = is_one ? value : shift;
        sum = number == 0 ? 0.0 : sum;
        differences = number == 0 ? 0.0 : differences;
        // exp(-87) weighs nothing beside 1; a larger difference might be infinite.
        float difference = -abs(value - shift);
        difference = difference < -87.0 ? -87.0 : difference;
        float weight = is_one ? exp_in_range(difference) : 0.0;
        bool rises = value > shift;
        differences = rises ? weight * (differences + sum * difference) : differences + weight * difference;
        sum = rises ? sum * weight + 1.0 : sum + weight;
        shift = rises ? value : shift;
        [[unroll]] for (uint w = 0; w < WINDOWS; w++)
            pooled[w] = i == w * 9 + 8 ? shift + differences / sum : pooled[w];
    }

    [[unroll]] for (uint w = 0; w < WINDOWS; w++)
        if (is_inside(tile, w / TILE_COLUMNS, w % TILE_COLUMNS))
            y[output_of(tile, w / TILE_COLUMNS, w % TILE_COLUMNS)] = real(pooled[w]);
}
