#version 450
#extension GL_GOOGLE_include_directive : require
// Second step of SoftPool with weights shared across channels, where the third is by tiles: the weights of each window,
// w_i = s_i exp(m_i - m) / sum_j s_j exp(m_j - m), with m_i and s_i from softpool_shared_sums and m the largest m_i of the window.
// The shift is the window's own: no single one is safe for a whole map.
//
// Bindings      0 (m, s) of each cell (N, H * W) f32; 1 output (N, TILES, 9, WINDOWS) f32
// Dispatch      one invocation a window, (N, OH, OW), GroupCount.Linear
// Preconditions those of tile.glsl
#include "strict.glsl"
#include "tile.glsl"
#include "exp.glsl"

layout(binding = 0) readonly buffer Sums { vec2 sums[]; };
layout(binding = 1) writeonly buffer Output { float weights[]; };

const uint CELLS = 9;

void main() {
    uint index = linear_index();
    if (index >= BATCH * OUT_PLANE)
        return;
    uint image = index / OUT_PLANE, row = index / OUT_WIDTH % OUT_HEIGHT, column = index % OUT_WIDTH;
    uint first = image * PLANE + 2 * row * WIDTH + 2 * column;

    precise float largest = sums[first].x;
    for (uint i = 1; i < CELLS; i++) {
        float value = sums[first + i / 3 * WIDTH + i % 3].x;
        largest = value > largest ? value : largest;
    }
    precise float total = 0.0;
    for (uint i = 0; i < CELLS; i++) {
        vec2 sum = sums[first + i / 3 * WIDTH + i % 3];
        total += sum.y * exp_nonpositive(difference_to_largest(sum.x, largest));
    }
    uint tile = (image * TILES_Y + row / TILE_ROWS) * TILES_X + column / TILE_COLUMNS;
    uint to = tile * CELLS * WINDOWS + row % TILE_ROWS * TILE_COLUMNS + column % TILE_COLUMNS;
    for (uint i = 0; i < CELLS; i++) {
        vec2 sum = sums[first + i / 3 * WIDTH + i % 3];
        precise float exponential = sum.y * exp_nonpositive(difference_to_largest(sum.x, largest));
        weights[to + i * WINDOWS] = divide(exponential, total);
    }
}
