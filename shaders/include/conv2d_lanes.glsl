// The body of the convolution kernels whose lanes run along output channels, with words as of lanes.glsl. The inputs
// lie as
// conv2d_pack.comp leaves them, so that all that a window sees of one row is one run of words, with nothing to test.
//
// The shape comes in a buffer and not in specialization constants: all layers share one compiled kernel.
#include "lanes.glsl"
#define POINTWISE_ID 3
#include "pointwise.glsl"

WORDS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };
WORDS(2, Weight, weight);
layout(binding = 3) readonly buffer Bias { float bias[]; };
layout(binding = 4) readonly buffer Shape {
    uint out_plane;       // pixels of one image
    uint out_width;
    uint groups;
    uint tiles;           // of VECTORS * LANES channels, in one group
    uint group_channels;  // output channels of one group
    uint map;             // words of one group of one image
    uint row;             // words from one output row's windows to the next one's
    uint column;          // words from one window to the next in its row
    uint window;          // words of one window
    uint run;             // words of one window's row
    uint jump;            // words from the end of one run to the beginning of the next
} shape;

void main() {
    uint lane = gl_SubgroupInvocationID;
    uint tile = gl_WorkGroupID.y % shape.tiles, group = gl_WorkGroupID.y / shape.tiles;
    uint first = gl_WorkGroupID.x * PIXELS;
    // Read once: inside of the loop each would be a load.
    uint window = shape.window, run = shape.run, jump = shape.jump, plane = shape.out_plane;
    uint pixels = WORD_COUNT(x) / (shape.groups * shape.map) * plane;  // of all images

    // Where the lane's pixels' windows begin. Pixels beyond the last compute the last one again, and are not stored.
    uint at[BLOCKS];
    UNROLL for (uint b = 0; b < BLOCKS; b++) {
        uint pixel = min(first + b * LANES + lane, pixels - 1);
        uint place = pixel % plane;
        at[b] = (pixel / plane * shape.groups + group) * shape.map
            + place / shape.out_width * shape.row + place % shape.out_width * shape.column;
    }
    uint channel = gl_WorkGroupID.y * VECTORS * LANES + lane;
    EXACT float sum[VECTORS][PIXELS];
    UNROLL for (uint i = 0; i < VECTORS; i++)
        UNROLL for (uint p = 0; p < PIXELS; p++)
            sum[i][p] = bias[channel + i * LANES];

    uint w = gl_WorkGroupID.y * window * VECTORS * LANES + lane;
    uint offset = 0, in_run = 0;
    for (uint word = 0; word < window; word++) {
        float value[BLOCKS][WORD_FLOATS], taps[VECTORS][WORD_FLOATS];
        UNROLL for (uint b = 0; b < BLOCKS; b++)
            value[b] = LOAD(x, at[b] + offset);
        UNROLL for (uint i = 0; i < VECTORS; i++)
            taps[i] = LOAD(weight, w + i * LANES);
        w += VECTORS * LANES;
        offset++;
        if (++in_run == run) {
            in_run = 0;
            offset += jump;
        }
        ADD_PRODUCTS(sum, value, taps)
    }

    UNROLL for (uint p = 0; p < PIXELS; p++) {
        uint pixel = first + p;
        if (pixel < pixels) {
            uint image = pixel / plane * shape.groups + group;
            UNROLL for (uint i = 0; i < VECTORS; i++) {
                uint in_group = (tile * VECTORS + i) * LANES + lane;
                if (in_group < shape.group_channels)
                    y[(image * shape.group_channels + in_group) * plane + pixel % plane] = stored(pointwise(sum[i][p]));
            }
        }
    }
}
