// The body of SoftPool by tiles, weights per channel: y = sum_i e_i x_i / sum_i e_i over each window. Where the cells under a
// tile lie within a range of 80, as nearly always, e_i = exp(x_i - m) with m the largest cell of the tile: one exponential a
// cell, at least 1e-35, which all windows over it share. Elsewhere each window has a shift of its own, as in softpool.comp.
#include "pool_tile.glsl"
#include "exp.glsl"

const float LARGEST_RANGE = 80.0;
// Beyond it a sum of nine might overflow.
const float LARGEST_VALUE = 1e37;

// exp(x) for -80 <= x <= 0, to about one unit in the last place; exactly 1 for 0.
float exp_in_range(float x) {
    // As in exp.glsl, but for the polynomial, 1 + r + r^2 q(r), off by at most 4e-9 of e^r, and the rounding to an integer k:
    // added, 1.5 * 2^23 leaves no place for a fraction, and k stands in the lowest bits. Drivers take longer to convert.
    const float LOG2_E = 1.44269504;
    const float LN2_HIGH = 0.693359375;
    const float LN2_LOW = -2.12194440e-4;
    const float ROUNDING = 12582912.0;
    precise float rounded = x * LOG2_E + ROUNDING;
    precise float k = rounded - ROUNDING;
    float r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x));
    float p = fma(1.38145988e-3, r, 8.36871658e-3);
    p = fma(p, r, 4.1668389e-2);
    p = fma(p, r, 1.66665211e-1);
    p = fma(p, r, 4.9999994e-1);
    p = fma(p, r, 1.0);
    p = fma(p, r, 1.0);
    return intBitsToFloat(floatBitsToInt(p) + (floatBitsToInt(rounded) << 23));
}

// The exponentials of one row of cells. Written out: in the copies that it makes of a loop's body, the optimiser of SPIR-V
// forgets what is precise, and without that k is no integer.
float[COLUMNS] exponentials_of(float cells[COLUMNS], float largest) {
    return float[COLUMNS](
        exp_in_range(cells[0] - largest), exp_in_range(cells[1] - largest), exp_in_range(cells[2] - largest),
        exp_in_range(cells[3] - largest), exp_in_range(cells[4] - largest), exp_in_range(cells[5] - largest),
        exp_in_range(cells[6] - largest), exp_in_range(cells[7] - largest), exp_in_range(cells[8] - largest));
}

// Computes a tile's windows one by one, each with a shift of its own, for any finite cells: y = m + sum_i e_i (x_i - m) /
// sum_i e_i with m the largest cell so far. One loop and no if around it: drivers without branches pass over the loop's second
// round where no lane needs it, and run everything else.
void pool_alone(Tile tile, uint windows) {
    float largest = 0.0, total = 0.0, weighted = 0.0;
    for (uint i = 0; i < windows * 9; i++) {
        uint row = i / 9 / TILE_COLUMNS, column = i / 9 % TILE_COLUMNS, cell = i % 9;
        uint place = cell_of(tile, 2 * row + cell / 3, 2 * column + cell % 3);
        float value = QUAD(min(place / 4, LAST_QUAD))[place % 4];
        largest = cell == 0 ? value : largest;
        total = cell == 0 ? 0.0 : total;
        weighted = cell == 0 ? 0.0 : weighted;
        // exp(-100) is 0 already; a larger difference might be infinite, and 0 times that is no number.
        float difference = -abs(value - largest);
        difference = difference < -100.0 ? -100.0 : difference;
        float e = exp_nonpositive(difference);
        bool rises = value > largest;
        weighted = rises ? e * (weighted + total * difference) : weighted + e * difference;
        total = rises ? total * e + 1.0 : total + e;
        largest = rises ? value : largest;
        if (cell == 8 && is_inside(tile, row, column))
            y[output_of(tile, row, column)] = real(largest + weighted / total);
    }
}

void main() {
    uint index = linear_index();
    if (index >= TILES)
        return;
    Tile tile = tile_of(index);
    float cells[ROWS][COLUMNS];
    [[unroll]] for (uint row = 0; row < ROWS; row++)
        cells[row] = cells_of(tile, row);
    float largest = cells[0][0], smallest = cells[0][0];
    [[unroll]] for (uint row = 0; row < ROWS; row++)
        [[unroll]] for (uint c = 0; c < COLUMNS; c++) {
            largest = cells[row][c] > largest ? cells[row][c] : largest;
            smallest = cells[row][c] < smallest ? cells[row][c] : smallest;
        }
    float e[ROWS][COLUMNS] = float[ROWS][COLUMNS](
        exponentials_of(cells[0], largest), exponentials_of(cells[1], largest), exponentials_of(cells[2], largest),
        exponentials_of(cells[3], largest), exponentials_of(cells[4], largest));
    [[unroll]] for (uint row = 0; row < TILE_ROWS; row++) {
        float total[COLUMNS], weighted[COLUMNS];
        [[unroll]] for (uint c = 0; c < COLUMNS; c++) {
            total[c] = e[2 * row][c] + e[2 * row + 1][c] + e[2 * row + 2][c];
            weighted[c] = fma(e[2 * row + 2][c], cells[2 * row + 2][c],
                fma(e[2 * row + 1][c], cells[2 * row + 1][c], e[2 * row][c] * cells[2 * row][c]));
        }
        [[unroll]] for (uint column = 0; column < TILE_COLUMNS; column++) {
            uint c = 2 * column;
            if (is_inside(tile, row, column))
                y[output_of(tile, row, column)] =
                    real((weighted[c] + weighted[c + 1] + weighted[c + 2]) / (total[c] + total[c + 1] + total[c + 2]));
        }
    }
    bool is_wide = !(largest - smallest <= LARGEST_RANGE && largest < LARGEST_VALUE && smallest > -LARGEST_VALUE);
    pool_alone(tile, is_wide ? TILE_ROWS * TILE_COLUMNS : 0);
}
