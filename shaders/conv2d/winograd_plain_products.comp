#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm, second step, for any device: for each place in a transformed tile, the product of all tiles
// with the transformed weights, in register tiles of 8 channels and 8 tiles.
// Only in 32 bits: see winograd.glsl.
//
// Bindings      0 input (matrices, C, padded_tiles); 1 output (matrices, padded_channels, padded_tiles);
//               2 weight (matrices, C, padded_channels); 3 the shape
// Dispatch      an invocation for 8 channels of 8 tiles of a matrix, as of index.glsl
// Preconditions 8 divides padded_channels and padded_tiles
#include "index.glsl"
#define SHAPE_BINDING 3
#include "winograd_shape.glsl"

layout(binding = 0) readonly buffer Input { vec4 x[]; };
layout(binding = 1) writeonly buffer Output { vec4 y[]; };
layout(binding = 2) readonly buffer Weight { vec4 weight[]; };

void main() {
    uint channels = shape.channels, out_quads = shape.padded_channels / 4;
    uint quads = x.length() / (shape.matrices * channels);  // of tiles
    uint index = linear_index();
    uint channel = index % (out_quads / 2) * 2, tile = index / (out_quads / 2) % (quads / 2) * 2;
    uint matrix = index / (out_quads / 2) / (quads / 2);
    if (matrix >= shape.matrices)
        return;
    vec4 sum[8][2];
    [[unroll]] for (uint i = 0; i < 8; i++)
        sum[i][0] = sum[i][1] = vec4(0.0);
    uint from = matrix * channels * quads + tile, w = matrix * channels * out_quads + channel;
    for (uint c = 0; c < channels; c++) {
        vec4 low = x[from], high = x[from + 1], taps[2] = vec4[2](weight[w], weight[w + 1]);
        from += quads;
        w += out_quads;
        [[unroll]] for (uint i = 0; i < 8; i++) {
            sum[i][0] += taps[i / 4][i % 4] * low;
            sum[i][1] += taps[i / 4][i % 4] * high;
        }
    }
    uint to = (matrix * shape.padded_channels + channel * 4) * quads + tile;
    [[unroll]] for (uint i = 0; i < 8; i++) {
        y[to + i * quads] = sum[i][0];
        y[to + i * quads + 1] = sum[i][1];
    }
}
