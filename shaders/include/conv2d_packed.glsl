// The body of the kernels whose inputs a first kernel has laid out in words of 4 numbers, with the padding around them.
// Direct, lanes
// along the pixels, in register tiles of 4 * VECTORS channels, to be defined first, and 8 pixels: nothing is tested for
// each tap, and
// four inputs are loaded at once. What a window sees of a row is RUNS runs of RUN words.
//
// Bindings      0 input as conv2d_pack.comp or conv2d_planes.comp leaves it; 1 output (N, O, OH, OW) real;
//               2 weight (GROUPS, ceil(O / GROUPS / tile), words of a window, 4, tile) real, what is beyond the shape
//                 zero;
//               3 bias (GROUPS, ceil(O / GROUPS / tile), tile)
// Dispatch      x: pixels of all images (N * OH * OW) / (workgroup * 8), y: GROUPS * ceil(O / GROUPS / tile)
// Preconditions no specialization constant of the shape is 0
#define POINTWISE_ID 13
#include "pointwise.glsl"

layout(local_size_x_id = 15) in;
layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint OUT_CHANNELS = 1;
layout(constant_id = 2) const uint OUT_HEIGHT = 1;
layout(constant_id = 3) const uint OUT_WIDTH = 1;
layout(constant_id = 4) const uint GROUPS = 1;
layout(constant_id = 5) const uint MAP = 1;     // words of one group of one image
layout(constant_id = 6) const uint ROW = 1;     // words from one output row's windows to the next one's
layout(constant_id = 7) const uint COLUMN = 1;  // words from one window to the next in its row
layout(constant_id = 8) const uint RUN = 1;     // words of a run
layout(constant_id = 9) const uint STEP = 1;    // words from one of a run to the next
layout(constant_id = 10) const uint TAP = 1;    // words from one run of a window's row to the next
layout(constant_id = 11) const uint NEXT = 1;   // words from one row of a window to the next
layout(constant_id = 12) const uint RUNS = 1;   // of a window's row

layout(binding = 0) readonly buffer Input { real4 x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Weight { real4 weight[]; };
layout(binding = 3) readonly buffer Bias { vec4 bias[]; };

const uint PIXELS = 8;
const uint GROUP_OUT_CHANNELS = OUT_CHANNELS / GROUPS;
const uint TILES = (GROUP_OUT_CHANNELS + 4 * VECTORS - 1) / (4 * VECTORS);  // of one group
const uint OUT_PLANE = OUT_HEIGHT * OUT_WIDTH;

void main() {
    uint tile = gl_WorkGroupID.y, group = tile / TILES;
    uint first = gl_WorkGroupID.x * gl_WorkGroupSize.x * PIXELS + gl_LocalInvocationID.x;

    // Where each pixel's window begins. Pixels beyond the last compute the last one again, and are not stored.
    uint at[PIXELS];
    EXACT vec4 sum[VECTORS][PIXELS];
    UNROLL for (uint p = 0; p < PIXELS; p++) {
        uint pixel = min(first + p * gl_WorkGroupSize.x, BATCH * OUT_PLANE - 1), place = pixel % OUT_PLANE;
        at[p] = (pixel / OUT_PLANE * GROUPS + group) * MAP + place / OUT_WIDTH * ROW + place % OUT_WIDTH * COLUMN;
        UNROLL for (uint v = 0; v < VECTORS; v++)
            sum[v][p] = bias[tile * VECTORS + v];
    }

    uint words = weight.length() / (GROUPS * TILES * 4 * VECTORS);
    uint w = tile * words * 4 * VECTORS, offset = 0, in_run = 0, in_row = 0;
    for (uint word = 0; word < words; word++) {
        vec4 value[PIXELS];
        UNROLL for (uint p = 0; p < PIXELS; p++)
            value[p] = vec4(x[at[p] + offset]);
        UNROLL for (uint k = 0; k < 4; k++)
            UNROLL for (uint i = 0; i < VECTORS; i++) {
                vec4 taps = vec4(weight[w++]);
                UNROLL for (uint p = 0; p < PIXELS; p++)
                    sum[i][p] += taps * value[p][k];
            }
        // One loop over all words: processors' drivers pay for each loop with masks for all sums.
        offset += STEP;
        if (++in_run == RUN) {
            in_run = 0;
            offset += TAP - RUN * STEP;
            if (RUNS == 1 || ++in_row == RUNS) {
                in_row = 0;
                offset += NEXT - RUNS * TAP;
            }
        }
    }

#include "conv2d_store.glsl"
}
