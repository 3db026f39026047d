// What the pooling kernels share whose invocations compute a tile of outputs of a map: the cells under it, each loaded once, four at a
// time. Include texel.glsl first.
//
// Dispatch      one invocation a tile, (N, C, TILES_Y, TILES_X), GroupCount.Linear
// Preconditions those of tile.glsl; 4 divides the elements of the input
#include "tile.glsl"

READ_QUADS(0, Input, x4);
layout(binding = 1) writeonly buffer Output { real y[]; };

const uint LAST_QUAD = BATCH * CHANNELS * PLANE / 4 - 1;

// The number of a cell in the input, counted from the tile's first.
uint cell_of(Tile tile, uint row, uint column) {
    return tile.map * PLANE + (2 * tile.row + row) * WIDTH + 2 * tile.column + column;
}

// The cells of one row of a tile. Beyond the map's edges they are some others.
float[COLUMNS] cells_of(Tile tile, uint row) {
    uint place = cell_of(tile, row, 0);
    float quads[12];
    [[unroll]] for (uint i = 0; i < 3; i++) {
        vec4 cells = quad(x4, min(place / 4 + i, LAST_QUAD));
        [[unroll]] for (uint c = 0; c < 4; c++)
            quads[4 * i + c] = cells[c];
    }
    float cells[COLUMNS];
    if (WIDTH % 4 == 0) {
        [[unroll]] for (uint c = 0; c < COLUMNS; c++)
            cells[c] = quads[c];
        return cells;
    }
    // The row may begin within a quad.
    float even[COLUMNS + 1];
    [[unroll]] for (uint c = 0; c <= COLUMNS; c++)
        even[c] = (place & 2) != 0 ? quads[c + 2] : quads[c];
    [[unroll]] for (uint c = 0; c < COLUMNS; c++)
        cells[c] = (place & 1) != 0 ? even[c + 1] : even[c];
    return cells;
}
