// Tiles of outputs of pooling by windows of 3 x 3 cells, 2 apart: 4 x 2 of them, over 9 x 5 cells.
//
// Preconditions kernel 3 x 3, stride 2, no padding, no window that reaches beyond the map
#include "pool.glsl"

const uint TILE_COLUMNS = 4, TILE_ROWS = 2, WINDOWS = TILE_ROWS * TILE_COLUMNS;
const uint COLUMNS = 9, ROWS = 5;    // of cells
const uint TILES_X = (OUT_WIDTH + TILE_COLUMNS - 1) / TILE_COLUMNS;
const uint TILES_Y = (OUT_HEIGHT + TILE_ROWS - 1) / TILE_ROWS;
const uint TILES = TILES_X * TILES_Y;  // of a map

struct Tile {
    uint map, row, column;  // of its first output
};

// Tile number `index` of (N * C, TILES_Y, TILES_X).
Tile tile_of(uint index) {
    return Tile(index / TILES_X / TILES_Y, index / TILES_X % TILES_Y * TILE_ROWS, index % TILES_X * TILE_COLUMNS);
}

// Whether an output of a tile is within the map, and its number in the output.
bool is_inside(Tile tile, uint row, uint column) {
    return (OUT_HEIGHT % TILE_ROWS == 0 || tile.row + row < OUT_HEIGHT)
        && (OUT_WIDTH % TILE_COLUMNS == 0 || tile.column + column < OUT_WIDTH);
}

uint output_of(Tile tile, uint row, uint column) {
    return (tile.map * OUT_HEIGHT + tile.row + row) * OUT_WIDTH + tile.column + column;
}
