#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Average pooling of 3 x 3 windows, 2 apart: the sum of each window's cells, row by row and then of the rows, over 9.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, C, OH, OW) real
// Dispatch      include/pool_tile.glsl
// Preconditions those of pool_tile.glsl; no window reaches beyond the map
#include "texel.glsl"
#include "pool_tile.glsl"

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * TILES)
        return;
    Tile tile = tile_of(index);
    float parts[ROWS][TILE_COLUMNS];
    [[unroll]] for (uint row = 0; row < ROWS; row++) {
        float cells[COLUMNS] = cells_of(tile, row);
        [[unroll]] for (uint column = 0; column < TILE_COLUMNS; column++)
            parts[row][column] = cells[2 * column] + cells[2 * column + 1] + cells[2 * column + 2];
    }
    [[unroll]] for (uint row = 0; row < TILE_ROWS; row++)
        [[unroll]] for (uint column = 0; column < TILE_COLUMNS; column++)
            if (is_inside(tile, row, column))
                y[output_of(tile, row, column)] =
                    real((parts[2 * row][column] + parts[2 * row + 1][column] + parts[2 * row + 2][column]) / 9.0);
}
