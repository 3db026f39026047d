// What the pooling kernels share whose invocations compute a tile of outputs of a map: the cells under it, each loaded
// once, four at a
// time. Include texel.glsl first.
//
// Dispatch      one invocation a tile, (N, C, TILES_Y, TILES_X), GroupCount.Linear
// Preconditions those of tile.glsl; 4 divides the elements of the input
#include "tile.glsl"

READ_QUADS(0, Input, x4);
layout(binding = 1) writeonly buffer Output { real y[]; };

const int LAST_QUAD = int(BATCH * CHANNELS * PLANE / 4) - 1;

// The number of a cell in the input, counted from the tile's first.
int cell_of(Tile tile, uint row, uint column) {
    return int(tile.map * PLANE) + cell_at(2 * tile.row + row, 2 * tile.column + column);
}

// One cell, by its number. That of a number outside of the input is some other.
float cell_numbered(int place) {
    return quad(x4, clamp(place >> 2, 0, LAST_QUAD))[place & 3];
}

// The cells of one row of a tile, which are some others where they are not real.
float[COLUMNS] cells_of(Tile tile, uint row) {
    int place = cell_of(tile, row, 0);
    float quads[12];
    [[unroll]] for (int i = 0; i < 3; i++) {
        vec4 four = quad(x4, clamp((place >> 2) + i, 0, LAST_QUAD));
        [[unroll]] for (int c = 0; c < 4; c++)
            quads[4 * i + c] = four[c];
    }
    float cells[COLUMNS];
    // Tiles are eight cells wide, so that where rows are whole quads all begin at the same place of one.
    if (WIDTH % 4 == 0) {
        [[unroll]] for (uint c = 0; c < COLUMNS; c++)
            cells[c] = PADDING_WIDTH == 0 ? quads[c] : quads[c + 3];
        return cells;
    }
    float even[COLUMNS + 1];
    [[unroll]] for (uint c = 0; c <= COLUMNS; c++)
        even[c] = (place & 2) != 0 ? quads[c + 2] : quads[c];
    [[unroll]] for (uint c = 0; c < COLUMNS; c++)
        cells[c] = (place & 1) != 0 ? even[c + 1] : even[c];
    return cells;
}

// The same, those that are not real replaced.
float[COLUMNS] real_cells_of(Tile tile, Reals reals, uint row, float other) {
    float cells[COLUMNS] = cells_of(tile, held_row(tile, row));
    [[unroll]] for (uint c = 0; c < COLUMNS; c++)
        cells[c] = (reals.rows[row] & reals.columns[c]) != 0 ? cells[c] : other;
    return cells;
}

// The smallest and the largest of a tile's cells and of two numbers: a neighbour's cells do not count. NaN among cells
// is neither.
vec2 extremes_of(Tile tile, float cells[ROWS][COLUMNS], vec2 extremes) {
    [[unroll]] for (uint c = 0; c < COLUMNS; c++) {
        float low = extremes.x, high = extremes.y;
        [[unroll]] for (uint row = 0; row < ROWS; row++) {
            low = cells[row][c] < low ? cells[row][c] : low;
            high = cells[row][c] > high ? cells[row][c] : high;
        }
        extremes = is_column(tile, c) ? vec2(low, high) : extremes;
    }
    return extremes;
}
