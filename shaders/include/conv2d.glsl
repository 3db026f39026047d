// The convolution kernels' body. Define VECTORS first: an invocation keeps 4 * VECTORS channels of 8 pixels in
// registers, so that each weight and each pixel that it loads is used 8 and 4 * VECTORS times. Lanes run along the
// pixels, so that loads of pixels are neighbours and loads of weights are the same for all. No shared memory and no
// barriers: on CPU drivers a barrier costs more than it saves.
#define POINTWISE_ID 16
#include "pointwise.glsl"

layout(local_size_x_id = 19) in;
#include "conv2d_shape.glsl"

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Weight { real4 weight[]; };
layout(binding = 3) readonly buffer Bias { vec4 bias[]; };

const uint PIXELS = 8;
const uint GROUP_CHANNELS = CHANNELS / GROUPS;
const uint GROUP_OUT_CHANNELS = OUT_CHANNELS / GROUPS;
const uint TILES = (GROUP_OUT_CHANNELS + 4 * VECTORS - 1) / (4 * VECTORS);  // of one group
const uint OUT_PLANE = OUT_HEIGHT * OUT_WIDTH;
const bool IS_PADDED = PADDING_HEIGHT > 0 || PADDING_WIDTH > 0;

void main() {
    uint tile = gl_WorkGroupID.y;
    uint group = tile / TILES;
    uint first = gl_WorkGroupID.x * gl_WorkGroupSize.x * PIXELS + gl_LocalInvocationID.x;

    // Where each pixel's window begins. Pixels beyond the last compute the last one again, and are not stored.
    int top[PIXELS], left[PIXELS];
    uint image[PIXELS];
    EXACT vec4 sum[VECTORS][PIXELS];
    UNROLL for (uint p = 0; p < PIXELS; p++) {
        uint pixel = min(first + p * gl_WorkGroupSize.x, BATCH * OUT_PLANE - 1);
        top[p] = int(pixel % OUT_PLANE / OUT_WIDTH * STRIDE_HEIGHT) - int(PADDING_HEIGHT);
        left[p] = int(pixel % OUT_WIDTH * STRIDE_WIDTH) - int(PADDING_WIDTH);
        image[p] = (pixel / OUT_PLANE * CHANNELS + group * GROUP_CHANNELS) * HEIGHT * WIDTH;
        UNROLL for (uint v = 0; v < VECTORS; v++)
            sum[v][p] = bias[tile * VECTORS + v];
    }

    uint w = tile * KERNEL_HEIGHT * KERNEL_WIDTH * GROUP_CHANNELS * VECTORS;
    for (uint u = 0; u < KERNEL_HEIGHT; u++)
        for (uint v = 0; v < KERNEL_WIDTH; v++) {
            // A tap outside of the input reads some cell inside and counts it as zero.
            uint cell[PIXELS];
            bool inside[PIXELS];
            UNROLL for (uint p = 0; p < PIXELS; p++) {
                int row = top[p] + int(u * DILATION_HEIGHT), column = left[p] + int(v * DILATION_WIDTH);
                inside[p] = !IS_PADDED || row >= 0 && row < int(HEIGHT) && column >= 0 && column < int(WIDTH);
                cell[p] = inside[p] ? image[p] + uint(row) * WIDTH + uint(column) : 0;
            }
            for (uint c = 0; c < GROUP_CHANNELS; c++) {
                float value[PIXELS];
                UNROLL for (uint p = 0; p < PIXELS; p++) {
                    value[p] = float(x[cell[p]]);
                    value[p] = inside[p] ? value[p] : 0.0;
                    cell[p] += inside[p] ? HEIGHT * WIDTH : 0;
                }
                UNROLL for (uint i = 0; i < VECTORS; i++) {
                    vec4 taps = vec4(weight[w++]);
                    UNROLL for (uint p = 0; p < PIXELS; p++)
                        sum[i][p] += taps * value[p];
                }
            }
        }

#include "conv2d_store.glsl"
}
