#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm, second step: for each of the MATRICES places in a transformed tile, the product of all tiles
// with the transformed weights. Lanes run along the output channels, as of lanes.glsl.
// Only in 32 bits: see winograd.glsl.
//
// Bindings      0 input (MATRICES, padded_tiles / LANES, words, LANES, 8);
//               1 output (MATRICES, padded_channels, padded_tiles);
//               2 weight (MATRICES, padded_channels / (VECTORS * LANES), words, VECTORS, LANES, 8); 3 the shape
// Dispatch      x: padded_tiles / PIXELS, y: MATRICES * padded_channels / (VECTORS * LANES); one subgroup each
// Preconditions LANES is the subgroup's size and divides PIXELS, as 4 does; PIXELS divides padded_tiles
#include "texel.glsl"
#define WORD_FLOATS 8
#include "lanes.glsl"
#define SHAPE_BINDING 3
#include "winograd_shape.glsl"

WORDS(0, Input, x);
layout(binding = 1) writeonly buffer Output { vec4 y[]; };
WORDS(2, Weight, weight);

void main() {
    uint lane = gl_SubgroupInvocationID;
    uint first = gl_WorkGroupID.x * PIXELS;
    uint words = shape.words, padded_tiles = WORD_COUNT(x) / (shape.matrices * words);
    uint tiles = shape.padded_channels / (VECTORS * LANES);
    uint matrix = gl_WorkGroupID.y / tiles;

    float sum[VECTORS][PIXELS];
    [[unroll]] for (uint i = 0; i < VECTORS; i++)
        [[unroll]] for (uint p = 0; p < PIXELS; p++)
            sum[i][p] = 0.0;
    uint from = (matrix * padded_tiles + first) * words + lane, block = words * LANES;
    uint w = gl_WorkGroupID.y * words * VECTORS * LANES + lane;
    for (uint word = 0; word < words; word++) {
        float value[BLOCKS][WORD_FLOATS], taps[VECTORS][WORD_FLOATS];
        [[unroll]] for (uint b = 0; b < BLOCKS; b++)
            value[b] = LOAD(x, from + b * block);
        [[unroll]] for (uint i = 0; i < VECTORS; i++)
            taps[i] = LOAD(weight, w + i * LANES);
        from += LANES;
        w += VECTORS * LANES;
        ADD_PRODUCTS(sum, value, taps)
    }

    [[unroll]] for (uint i = 0; i < VECTORS; i++) {
        uint channel = (gl_WorkGroupID.y * VECTORS + i) * LANES + lane;  // of all matrices'
        uint to = (channel * padded_tiles + first) / 4;
        [[unroll]] for (uint p = 0; p < PIXELS; p += 4)
            y[to + p / 4] = vec4(sum[i][p], sum[i][p + 1], sum[i][p + 2], sum[i][p + 3]);
    }
}
