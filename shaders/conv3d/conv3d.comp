#version 450
#extension GL_GOOGLE_include_directive : require
// 3-D convolution with zero padding, and the pointwise operator that follows.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (N, O, OD, OH, OW) real;
//               2 weight (GROUPS, ceil(O / GROUPS / 4), KD, KH, KW, C / GROUPS, 4) real, channels beyond O / GROUPS
//                 zero; 3 bias f32, padded in the same way
// Dispatch      one invocation for 4 channels of a group of a voxel, (GROUPS, ceil(O / GROUPS / 4), N, OD, OH, OW),
//               GroupCount.Linear
// Preconditions GROUPS divides C and O
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 22
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint DEPTH = 1;
layout(constant_id = 3) const uint HEIGHT = 1;
layout(constant_id = 4) const uint WIDTH = 1;
layout(constant_id = 5) const uint OUT_CHANNELS = 1;
layout(constant_id = 6) const uint OUT_DEPTH = 1;
layout(constant_id = 7) const uint OUT_HEIGHT = 1;
layout(constant_id = 8) const uint OUT_WIDTH = 1;
layout(constant_id = 9) const uint KERNEL_DEPTH = 1;
layout(constant_id = 10) const uint KERNEL_HEIGHT = 1;
layout(constant_id = 11) const uint KERNEL_WIDTH = 1;
layout(constant_id = 12) const uint STRIDE_DEPTH = 1;
layout(constant_id = 13) const uint STRIDE_HEIGHT = 1;
layout(constant_id = 14) const uint STRIDE_WIDTH = 1;
layout(constant_id = 15) const uint PADDING_DEPTH = 0;
layout(constant_id = 16) const uint PADDING_HEIGHT = 0;
layout(constant_id = 17) const uint PADDING_WIDTH = 0;
layout(constant_id = 18) const uint DILATION_DEPTH = 1;
layout(constant_id = 19) const uint DILATION_HEIGHT = 1;
layout(constant_id = 20) const uint DILATION_WIDTH = 1;
layout(constant_id = 21) const uint GROUPS = 1;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };
READ_QUADS(2, Weight, weight);
layout(binding = 3) readonly buffer Bias { vec4 bias[]; };

const uint GROUP_CHANNELS = CHANNELS / GROUPS;
const uint GROUP_OUT_CHANNELS = OUT_CHANNELS / GROUPS;
const uint TILES = (GROUP_OUT_CHANNELS + 3) / 4;  // of one group
const uint VOLUME = DEPTH * HEIGHT * WIDTH;
const uint OUT_VOLUME = OUT_DEPTH * OUT_HEIGHT * OUT_WIDTH;

void main() {
    uint index = linear_index();
    if (index >= GROUPS * TILES * BATCH * OUT_VOLUME)
        return;
    uint tile = index / (BATCH * OUT_VOLUME), image = index / OUT_VOLUME % BATCH, voxel = index % OUT_VOLUME;
    uint group = tile / TILES, map = (image * CHANNELS + group * GROUP_CHANNELS) * VOLUME;
    // Before the first slice, row or column they wrap around, and are then beyond the last one too.
    uint first_slice = voxel / (OUT_WIDTH * OUT_HEIGHT) * STRIDE_DEPTH - PADDING_DEPTH;
    uint first_row = voxel / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT - PADDING_HEIGHT;
    uint first_column = voxel % OUT_WIDTH * STRIDE_WIDTH - PADDING_WIDTH;
    EXACT vec4 sum = bias[tile];
    for (uint t = 0; t < KERNEL_DEPTH; t++) {
        uint slice = first_slice + t * DILATION_DEPTH;
        if (slice >= DEPTH)
            continue;
        for (uint u = 0; u < KERNEL_HEIGHT; u++) {
            uint row = first_row + u * DILATION_HEIGHT;
            if (row >= HEIGHT)
                continue;
            for (uint v = 0; v < KERNEL_WIDTH; v++) {
                uint column = first_column + v * DILATION_WIDTH;
                if (column >= WIDTH)
                    continue;
                uint cell = map + (slice * HEIGHT + row) * WIDTH + column;
                uint w = (((tile * KERNEL_DEPTH + t) * KERNEL_HEIGHT + u) * KERNEL_WIDTH + v) * GROUP_CHANNELS;
                for (uint c = 0; c < GROUP_CHANNELS; c++)
                    sum += quad(weight, w + c) * element(x, cell + c * VOLUME);
            }
        }
    }
    for (uint i = 0; i < 4; i++) {
        uint channel = tile % TILES * 4 + i, output_map = image * OUT_CHANNELS + group * GROUP_OUT_CHANNELS + channel;
        if (channel < GROUP_OUT_CHANNELS)
            y[output_map * OUT_VOLUME + voxel] = stored(pointwise(sum[i]));
    }
}
