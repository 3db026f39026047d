#version 450
#extension GL_GOOGLE_include_directive : require
// 2-D transposed convolution, gathered: an element is the sum over those taps that an element of the input puts there,
// and the pointwise operator that follows.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, O, OH, OW) real;
//               2 weight (GROUPS, ceil(O / GROUPS / 4), KH, KW, C / GROUPS, 4) real, channels beyond O / GROUPS zero;
//               3 bias f32, padded in the same way
// Dispatch      one invocation for 4 channels of a group of a pixel, (GROUPS, ceil(O / GROUPS / 4), N, OH, OW),
//               GroupCount.Linear
// Preconditions GROUPS divides C and O
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 16
#include "index.glsl"
#include "pointwise.glsl"

#include "conv2d_shape.glsl"

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };
READ_QUADS(2, Weight, weight);
layout(binding = 3) readonly buffer Bias { vec4 bias[]; };

const uint GROUP_CHANNELS = CHANNELS / GROUPS;
const uint GROUP_OUT_CHANNELS = OUT_CHANNELS / GROUPS;
const uint TILES = (GROUP_OUT_CHANNELS + 3) / 4;  // of one group
const uint OUT_PLANE = OUT_HEIGHT * OUT_WIDTH;

void main() {
    uint index = linear_index();
    if (index >= GROUPS * TILES * BATCH * OUT_PLANE)
        return;
    uint tile = index / (BATCH * OUT_PLANE), image = index / OUT_PLANE % BATCH, pixel = index % OUT_PLANE;
    uint group = tile / TILES;
    EXACT vec4 sum = bias[tile];
    for (uint u = 0; u < KERNEL_HEIGHT; u++) {
        int row = int(pixel / OUT_WIDTH + PADDING_HEIGHT) - int(u * DILATION_HEIGHT);
        if (row < 0 || row % int(STRIDE_HEIGHT) != 0 || row / int(STRIDE_HEIGHT) >= int(HEIGHT))
            continue;
        for (uint v = 0; v < KERNEL_WIDTH; v++) {
            int column = int(pixel % OUT_WIDTH + PADDING_WIDTH) - int(v * DILATION_WIDTH);
            if (column < 0 || column % int(STRIDE_WIDTH) != 0 || column / int(STRIDE_WIDTH) >= int(WIDTH))
                continue;
            uint map = (image * CHANNELS + group * GROUP_CHANNELS) * HEIGHT;
            uint cell = (map + uint(row) / STRIDE_HEIGHT) * WIDTH + uint(column) / STRIDE_WIDTH;
            uint w = ((tile * KERNEL_HEIGHT + u) * KERNEL_WIDTH + v) * GROUP_CHANNELS;
            for (uint c = 0; c < GROUP_CHANNELS; c++)
                sum += quad(weight, w + c) * element(x, cell + c * HEIGHT * WIDTH);
        }
    }
    for (uint i = 0; i < 4; i++) {
        uint channel = tile % TILES * 4 + i, map = image * OUT_CHANNELS + group * GROUP_OUT_CHANNELS + channel;
        if (channel < GROUP_OUT_CHANNELS)
            y[map * OUT_PLANE + pixel] = stored(pointwise(sum[i]));
    }
}
