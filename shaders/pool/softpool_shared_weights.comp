#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Second step of SoftPool with weights shared across channels, where the third is by tiles: the weights of each window,
// w_i = s_i exp(m_i - m) / sum_j s_j exp(m_j - m), with m_i and s_i from softpool_shared_sums and m the largest m_i of
// the window.
// The shift is the window's own: no single one is safe for a whole map.
//
// Bindings      0 (m, s) of each cell (N, H * W), in fours, f32; 1 output (N, TILES, 9, WINDOWS) f32
// Dispatch      one invocation a window, (N, OH, OW), GroupCount.Linear
// Preconditions those of tile.glsl
#include "texel.glsl"
#include "tile.glsl"
#include "exp.glsl"

READ_FLOAT_QUADS(0, Sums, sums);
layout(binding = 1) writeonly buffer Output { float weights[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * OUT_PLANE)
        return;
    uint image = index / OUT_PLANE, row = index / OUT_WIDTH % OUT_HEIGHT, column = index % OUT_WIDTH;

    // In place of those that are not real stands the one in the middle, which is, and weighs nothing.
    vec2 cells[9];
    [[unroll]] for (uint i = 0; i < 9; i++) {
        uint cell_row = 2 * row + i / 3, cell_column = 2 * column + i % 3;
        bool is_one = (real_row(cell_row) & real_column(cell_column)) != 0;
        uint cell = image * PLANE + uint(is_one ? cell_at(cell_row, cell_column) : cell_at(2 * row + 1, 2 * column + 1));
        vec4 pair = quad(sums, cell / 2);
        cells[i] = (cell & 1) != 0 ? pair.zw : pair.xy;
        cells[i].y = is_one ? cells[i].y : 0.0;
    }
    float largest = cells[0].x;
    [[unroll]] for (uint i = 1; i < 9; i++)
        largest = cells[i].x > largest ? cells[i].x : largest;
    // Written out as exp_in_range demands.
    float e[9] = float[9](
        cells[0].y * weight_of(cells[0].x, largest), cells[1].y * weight_of(cells[1].x, largest),
        cells[2].y * weight_of(cells[2].x, largest), cells[3].y * weight_of(cells[3].x, largest),
        cells[4].y * weight_of(cells[4].x, largest), cells[5].y * weight_of(cells[5].x, largest),
        cells[6].y * weight_of(cells[6].x, largest), cells[7].y * weight_of(cells[7].x, largest),
        cells[8].y * weight_of(cells[8].x, largest));
    float total = 0.0;
    [[unroll]] for (uint i = 0; i < 9; i++)
        total += e[i];

    uint tile = (image * TILES_Y + row / TILE_ROWS) * TILES_X + column / TILE_COLUMNS;
    uint to = tile * 9 * WINDOWS + row % TILE_ROWS * TILE_COLUMNS + column % TILE_COLUMNS;
    [[unroll]] for (uint i = 0; i < 9; i++)
        weights[to + i * WINDOWS] = e[i] / total;
}
