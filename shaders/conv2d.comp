#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with zero padding, bias and, if RELU, the ReLU that follows. Direct, without shared memory or
// barriers: on CPU drivers a barrier costs more than it saves. An invocation keeps 16 channels of 8 pixels in
// registers, so that each weight and each pixel that it loads is used 8 and 16 times; lanes run along the pixels, so
// that loads of pixels are neighbours and loads of weights are the same for all.
//
// Bindings      0 input (N, C, H, W) f32; 1 output (N, O, OH, OW) f32;
//               2 weight (ceil(O / 16), KH, KW, C, 16) f32, channels beyond O zero; 3 bias, padded in the same way
// Dispatch      x: pixels of all images (N * OH * OW) / (32 * 8), y: ceil(O / 16)
// Preconditions none of the specialization constants but the paddings is 0
#include "relu.glsl"

layout(local_size_x = 32) in;
layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint HEIGHT = 1;
layout(constant_id = 3) const uint WIDTH = 1;
layout(constant_id = 4) const uint OUT_CHANNELS = 1;
layout(constant_id = 5) const uint OUT_HEIGHT = 1;
layout(constant_id = 6) const uint OUT_WIDTH = 1;
layout(constant_id = 7) const uint KERNEL_HEIGHT = 1;
layout(constant_id = 8) const uint KERNEL_WIDTH = 1;
layout(constant_id = 9) const uint STRIDE_HEIGHT = 1;
layout(constant_id = 10) const uint STRIDE_WIDTH = 1;
layout(constant_id = 11) const uint PADDING_HEIGHT = 0;
layout(constant_id = 12) const uint PADDING_WIDTH = 0;
layout(constant_id = 13) const uint RELU = 0;

layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };
layout(binding = 2) readonly buffer Weight { vec4 weight[]; };
layout(binding = 3) readonly buffer Bias { vec4 bias[]; };

// The register tile, the same as in Conv2d.cs: VECTORS * 4 channels of PIXELS pixels.
const uint VECTORS = 4;
const uint PIXELS = 8;
const uint OUT_PLANE = OUT_HEIGHT * OUT_WIDTH;

void main() {
    uint tile = gl_WorkGroupID.y;
    uint first = gl_WorkGroupID.x * gl_WorkGroupSize.x * PIXELS + gl_LocalInvocationID.x;

    // Where each pixel's window begins. Pixels beyond the last compute the last one again, and are not stored.
    int top[PIXELS], left[PIXELS];
    uint image[PIXELS];
    vec4 sum[VECTORS][PIXELS];
    [[unroll]] for (uint p = 0; p < PIXELS; p++) {
        uint pixel = min(first + p * gl_WorkGroupSize.x, BATCH * OUT_PLANE - 1);
        top[p] = int(pixel % OUT_PLANE / OUT_WIDTH * STRIDE_HEIGHT) - int(PADDING_HEIGHT);
        left[p] = int(pixel % OUT_WIDTH * STRIDE_WIDTH) - int(PADDING_WIDTH);
        image[p] = pixel / OUT_PLANE * CHANNELS * HEIGHT * WIDTH;
        [[unroll]] for (uint v = 0; v < VECTORS; v++)
            sum[v][p] = bias[tile * VECTORS + v];
    }

    uint w = tile * KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS * VECTORS;
    for (uint u = 0; u < KERNEL_HEIGHT; u++)
        for (uint v = 0; v < KERNEL_WIDTH; v++) {
            // A tap outside of the input reads some cell inside and counts it as zero.
            uint cell[PIXELS];
            bool inside[PIXELS];
            [[unroll]] for (uint p = 0; p < PIXELS; p++) {
                int row = top[p] + int(u), column = left[p] + int(v);
                inside[p] = row >= 0 && row < int(HEIGHT) && column >= 0 && column < int(WIDTH);
                cell[p] = inside[p] ? image[p] + uint(row) * WIDTH + uint(column) : 0;
            }
            for (uint c = 0; c < CHANNELS; c++) {
                float value[PIXELS];
                [[unroll]] for (uint p = 0; p < PIXELS; p++) {
                    value[p] = x[cell[p]];
                    value[p] = inside[p] ? value[p] : 0.0;
                    cell[p] += inside[p] ? HEIGHT * WIDTH : 0;
                }
                [[unroll]] for (uint i = 0; i < VECTORS; i++) {
                    vec4 taps = weight[w++];
                    [[unroll]] for (uint p = 0; p < PIXELS; p++)
                        sum[i][p] += taps * value[p];
                }
            }
        }

    [[unroll]] for (uint p = 0; p < PIXELS; p++) {
        uint pixel = first + p * gl_WorkGroupSize.x;
        if (pixel < BATCH * OUT_PLANE) {
            uint plane = pixel / OUT_PLANE * OUT_CHANNELS;
            [[unroll]] for (uint i = 0; i < VECTORS * 4; i++) {
                uint channel = tile * VECTORS * 4 + i;
                float value = sum[i / 4][p][i % 4];
                if (channel < OUT_CHANNELS)
                    y[(plane + channel) * OUT_PLANE + pixel % OUT_PLANE] = RELU != 0 ? relu(value) : value;
            }
        }
    }
}
