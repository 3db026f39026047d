// Tiles of outputs of pooling by windows of 3 x 3 cells, 2 apart: 4 x 2 of them, over 9 x 5 cells.
//
// Preconditions kernel 3 x 3, stride 2, padding 0 or 1; maps of two axes; the cell in the middle of each window is real
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

// Whether windows hold cells that are not real, none of the map's: of padding, or of ceil mode. 0 if not. (glslang 11
// makes invalid code of
// constant expressions with ||.)
const uint BEYOND_HEIGHT = 2 * OUT_HEIGHT + 1 > HEIGHT ? 1 : 0;
const uint BEYOND_WIDTH = 2 * OUT_WIDTH + 1 > WIDTH ? 1 : 0;
const uint REACH_BEYOND = PADDING_HEIGHT + PADDING_WIDTH + BEYOND_HEIGHT + BEYOND_WIDTH;

// Whether a row or column of the padded map is one of the map's: all bits or none.
uint real_row(uint row) {
    return REACH_BEYOND == 0 || row - PADDING_HEIGHT < HEIGHT ? ~0u : 0;
}

uint real_column(uint column) {
    return REACH_BEYOND == 0 || column - PADDING_WIDTH < WIDTH ? ~0u : 0;
}

// The same of all rows and columns of a tile.
struct Reals {
    uint rows[ROWS], columns[COLUMNS];
};

Reals reals_of(Tile tile) {
    Reals reals;
    [[unroll]] for (uint row = 0; row < ROWS; row++)
        reals.rows[row] = real_row(2 * tile.row + row);
    [[unroll]] for (uint c = 0; c < COLUMNS; c++)
        reals.columns[c] = real_column(2 * tile.column + c);
    return reals;
}

// Tiles whose last windows are not the map's, nor stored: some of their cells lie beyond it, in the next row, map or
// item.
const uint TILES_BEYOND_HEIGHT = REACH_BEYOND == 0 ? 2 * TILE_ROWS * TILES_Y + 1 > HEIGHT ? 1 : 0 : 0;
const uint TILES_BEYOND_WIDTH = REACH_BEYOND == 0 ? 2 * TILE_COLUMNS * TILES_X + 1 > WIDTH ? 1 : 0 : 0;

// Where REACH_BEYOND is 0: a row of the tile, in place of one beyond the map its last one.
uint held_row(Tile tile, uint row) {
    return TILES_BEYOND_HEIGHT != 0 ? min(row, HEIGHT - 1 - 2 * tile.row) : row;
}

// Where REACH_BEYOND is 0: whether a column of the tile is one of the map's.
bool is_column(Tile tile, uint column) {
    return TILES_BEYOND_WIDTH == 0 || 2 * tile.column + column < WIDTH;
}

// The number of a cell in its map, by its row and column in the padded one. That of one outside is some other, perhaps
// below 0.
int cell_at(uint row, uint column) {
    return (int(row) - int(PADDING_HEIGHT)) * int(WIDTH) + int(column) - int(PADDING_WIDTH);
}

// Whether an output of a tile is within the map, and its number in the output.
bool is_inside(Tile tile, uint row, uint column) {
    return (OUT_HEIGHT % TILE_ROWS == 0 || tile.row + row < OUT_HEIGHT)
        && (OUT_WIDTH % TILE_COLUMNS == 0 || tile.column + column < OUT_WIDTH);
}

uint output_of(Tile tile, uint row, uint column) {
    return (tile.map * OUT_HEIGHT + tile.row + row) * OUT_WIDTH + tile.column + column;
}
