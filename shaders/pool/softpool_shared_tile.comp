#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Third step of SoftPool with weights shared across channels, of 3 x 3 windows, 2 apart: y_c = sum_i w_i x_ci over each
// window, with the weights from softpool_shared_weights. They are loaded once for CHANNELS_AT_ONCE channels.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, C, OH, OW) real; 2 weights (N, TILES, 9, WINDOWS) f32
// Dispatch      one invocation a tile of some channels, (N, ceil(C / CHANNELS_AT_ONCE), TILES_Y, TILES_X),
//                 GroupCount.Linear
// Preconditions: include/pool_tile.glsl
#include "texel.glsl"
#include "pool_tile.glsl"

layout(constant_id = 17) const uint CHANNELS_AT_ONCE = 1;

READ_FLOAT_QUADS(2, Weights, weights);

const float LARGEST_FLOAT = 3.40282347e38;

// The cell i of a window.
float cell_of(float cells[ROWS][COLUMNS], uint window, uint i) {
    return cells[2 * (window / TILE_COLUMNS) + i / 3][2 * (window % TILE_COLUMNS) + i % 3];
}

// Loaded once for several channels, on a CPU. For one channel they are loaded where they are used: all of them together
// are more than the registers of Apple's and Intel's GPUs hold beside the cells.
const bool ARE_LOADED_FIRST = CHANNELS_AT_ONCE > 1;

void store(Tile tile, uint window, float mean, vec2 extremes) {
    uint row = window / TILE_COLUMNS, column = window % TILE_COLUMNS;
    // Rounding can leave the range of the cells, at the end of the floats even for infinity. NaN passes.
    mean = mean < extremes.x ? extremes.x : mean;
    if (is_inside(tile, row, column))
        y[output_of(tile, row, column)] = real(mean > extremes.y ? extremes.y : mean);
}

void main() {
    uint index = linear_index(), groups = (CHANNELS + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE;
    if (index >= BATCH * groups * TILES)
        return;
    uint image = index / TILES / groups, first = index / TILES % groups * CHANNELS_AT_ONCE;
    Tile tile = tile_of(index % TILES);
    Reals reals = reals_of(tile);

    vec4 w[9][WINDOWS / 4];
    uint place = (image * TILES + index % TILES) * 9 * (WINDOWS / 4);
    if (ARE_LOADED_FIRST)
        [[unroll]] for (uint i = 0; i < 9; i++)
            [[unroll]] for (uint q = 0; q < WINDOWS / 4; q++)
                w[i][q] = quad(weights, place + i * (WINDOWS / 4) + q);

    for (uint channel = first; channel < min(first + CHANNELS_AT_ONCE, CHANNELS); channel++) {
        tile.map = image * CHANNELS + channel;
        float cells[ROWS][COLUMNS];
        [[unroll]] for (uint row = 0; row < ROWS; row++)
            cells[row] = real_cells_of(tile, reals, row, 0.0);
        vec2 extremes = extremes_of(tile, cells, vec2(LARGEST_FLOAT, -LARGEST_FLOAT));
        if (ARE_LOADED_FIRST) {
            [[unroll]] for (uint window = 0; window < WINDOWS; window++) {
                float mean = 0.0;
                [[unroll]] for (uint i = 0; i < 9; i++)
                    mean = fma(w[i][window / 4][window % 4], cell_of(cells, window, i), mean);
                store(tile, window, mean, extremes);
            }
            continue;
        }
        float means[WINDOWS];
        [[unroll]] for (uint window = 0; window < WINDOWS; window++)
            means[window] = 0.0;
        [[unroll]] for (uint i = 0; i < 9; i++)
            [[unroll]] for (uint q = 0; q < WINDOWS / 4; q++) {
                vec4 four = quad(weights, place + i * (WINDOWS / 4) + q);
                [[unroll]] for (uint c = 0; c < 4; c++)
                    means[4 * q + c] = fma(four[c], cell_of(cells, 4 * q + c, i), means[4 * q + c]);
            }
        [[unroll]] for (uint window = 0; window < WINDOWS; window++)
            store(tile, window, means[window], extremes);
    }
}
