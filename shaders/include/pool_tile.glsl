// What the pooling kernels for windows of 3 x 3 cells, 2 apart, share: an invocation computes a tile of 4 x 2 outputs of one map
// and loads the 9 x 5 cells under it once, four at a time. Include storage.glsl first. With TEXEL, cells are read as texels.
//
// Dispatch      one invocation a tile, (N, C, ceil(OH / 2), ceil(OW / 4)), GroupCount.Linear
// Preconditions kernel 3 x 3, stride 2, no padding, no window that reaches beyond the map; 4 divides the elements of the input
#include "pool.glsl"

#ifdef TEXEL
layout(binding = 0) uniform samplerBuffer x4;
#define QUAD(place) texelFetch(x4, int(place))
#else
layout(binding = 0) readonly buffer Input { real4 x4[]; };
#define QUAD(place) vec4(x4[place])
#endif
layout(binding = 1) writeonly buffer Output { real y[]; };

const uint TILE_COLUMNS = 4, TILE_ROWS = 2;
const uint COLUMNS = 9, ROWS = 5;    // of cells
const uint TILES_X = (OUT_WIDTH + TILE_COLUMNS - 1) / TILE_COLUMNS;
const uint TILES_Y = (OUT_HEIGHT + TILE_ROWS - 1) / TILE_ROWS;
const uint LAST_QUAD = BATCH * CHANNELS * PLANE / 4 - 1;
const uint TILES = BATCH * CHANNELS * TILES_X * TILES_Y;

struct Tile {
    uint map, row, column;  // of its first output
};

Tile tile_of(uint index) {
    return Tile(index / TILES_X / TILES_Y, index / TILES_X % TILES_Y * TILE_ROWS, index % TILES_X * TILE_COLUMNS);
}

// The number of a cell in the input, counted from the tile's first.
uint cell_of(Tile tile, uint row, uint column) {
    return tile.map * PLANE + (2 * tile.row + row) * WIDTH + 2 * tile.column + column;
}

// The cells of one row of a tile. Beyond the map's edges they are some others.
float[COLUMNS] cells_of(Tile tile, uint row) {
    uint place = cell_of(tile, row, 0);
    float quads[12];
    [[unroll]] for (uint i = 0; i < 3; i++) {
        vec4 quad = QUAD(min(place / 4 + i, LAST_QUAD));
        [[unroll]] for (uint c = 0; c < 4; c++)
            quads[4 * i + c] = quad[c];
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

// Whether an output of a tile is within the map, and its number in the output.
bool is_inside(Tile tile, uint row, uint column) {
    return (OUT_HEIGHT % TILE_ROWS == 0 || tile.row + row < OUT_HEIGHT)
        && (OUT_WIDTH % TILE_COLUMNS == 0 || tile.column + column < OUT_WIDTH);
}

uint output_of(Tile tile, uint row, uint column) {
    return (tile.map * OUT_HEIGHT + tile.row + row) * OUT_WIDTH + tile.column + column;
}
