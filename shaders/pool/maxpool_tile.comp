#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Max pooling of 3 x 3 windows, 2 apart: the largest cell of each; NaN if one of them is.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, C, OH, OW) real
// Dispatch, preconditions: include/pool_tile.glsl
#include "texel.glsl"
#include "pool_tile.glsl"

float larger(float a, float b) {
    return a > b || a != a ? a : b;
}

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * TILES)
        return;
    Tile tile = tile_of(index);
    Reals reals = reals_of(tile);
    const float MINUS_INFINITY = uintBitsToFloat(0xFF800000u);
    float cells[ROWS][COLUMNS];
    [[unroll]] for (uint row = 0; row < ROWS; row++)
        cells[row] = real_cells_of(tile, reals, row, MINUS_INFINITY);
    [[unroll]] for (uint row = 0; row < TILE_ROWS; row++) {
        float columns[COLUMNS];
        [[unroll]] for (uint c = 0; c < COLUMNS; c++)
            columns[c] = larger(larger(cells[2 * row][c], cells[2 * row + 1][c]), cells[2 * row + 2][c]);
        [[unroll]] for (uint column = 0; column < TILE_COLUMNS; column++)
            if (is_inside(tile, row, column))
                y[output_of(tile, row, column)] =
                    real(larger(larger(columns[2 * column], columns[2 * column + 1]), columns[2 * column + 2]));
    }
}
