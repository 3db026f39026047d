// The body of the kernels that compute a 2-D convolution as a product of two matrices (implicit GEMM): output channels
// by pixels, summed over the cells of a window: over kernel rows, then kernel columns, then channels. A workgroup
// computes a tile of GROUP_CHANNELS x GROUP_PIXELS, an invocation OWN_CHANNELS x OWN_PIXELS of them; all four are to be
// defined first. Steps of DEPTH cells are staged in shared memory, and each step is loaded while the one before it is
// computed. Workgroups along z divide the sum: small layers then still fill a large GPU.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, O, OH, OW) real; if PARTS is not 1, sums (PARTS, N, O, OH, OW)
//                 f32 without bias and pointwise operator, which conv2d_gemm_sums.comp adds;
//               2 weight (GROUPS, TILES, STEPS * DEPTH, GROUP_CHANNELS) real, what is beyond the shape zero;
//               3 bias (GROUPS, TILES, GROUP_CHANNELS) f32; 4 with ADDS_RESIDUAL, where PARTS is 1: what is added to
//                 the output (N, O, OH, OW) real
// Dispatch      x: ceil(N * OH * OW / GROUP_PIXELS), y: GROUPS * TILES, z: PARTS
// Preconditions no specialization constant of the shape but the padding is 0; O / GROUPS, C / GROUPS are integers
#define POINTWISE_ID 17
#include "pointwise.glsl"

const uint INVOCATIONS = (GROUP_CHANNELS / OWN_CHANNELS) * (GROUP_PIXELS / OWN_PIXELS);
layout(local_size_x = (GROUP_CHANNELS / OWN_CHANNELS) * (GROUP_PIXELS / OWN_PIXELS)) in;
#include "conv2d_shape.glsl"
layout(constant_id = 16) const uint PARTS = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 1) writeonly buffer Sums { float sums[]; };
layout(binding = 2) readonly buffer Weight { real4 weight[]; };
layout(binding = 3) readonly buffer Bias { vec4 bias[]; };
#define RESIDUAL_BINDING 4
#include "residual.glsl"

const uint DEPTH = 16;
const uint GROUP_IN = CHANNELS / GROUPS, GROUP_OUT = OUT_CHANNELS / GROUPS;
const uint TILES = (GROUP_OUT + GROUP_CHANNELS - 1) / GROUP_CHANNELS;  // of one group
const uint STEPS = (KERNEL_HEIGHT * KERNEL_WIDTH * GROUP_IN + DEPTH - 1) / DEPTH;
const uint STEPS_OF_PART = (STEPS + PARTS - 1) / PARTS;
// What each invocation stages of a step: cells of one pixel, ROWS apart, and words of four weights.
const uint ROWS = INVOCATIONS / GROUP_PIXELS, CELLS = DEPTH / ROWS;
const uint WORDS = DEPTH * GROUP_CHANNELS / 4 / INVOCATIONS;

// With 64 sums, the loads of a second cell would be more than the registers of Intel's GPUs hold.
const uint UNROLLED = OWN_CHANNELS * OWN_PIXELS < 64 ? 4 : 1;

shared float staged_cells[DEPTH * GROUP_PIXELS];
shared vec4 staged_weights[DEPTH * GROUP_CHANNELS / 4];

// With 64 sums, listing places would take registers that Intel's GPUs do not have either.
#if OWN_CHANNELS * OWN_PIXELS < 64
#define LISTS_PLACES
#endif
#include "conv2d_places.glsl"

// Stages the cells of rows first_row, first_row + ROWS, ... of a step.
void load(Window window, uint first_row, uint tile, uint step, out float cells[CELLS], out vec4 words[WORDS]) {
    [[unroll]] for (uint i = 0; i < CELLS; i++) {
        uint row = first_row + i * ROWS, place;
        bool is_inside;
        if (GROUP_IN % DEPTH == 0)  // all cells of a step are of one tap
            place = place_of(window, step * DEPTH / GROUP_IN, step * DEPTH % GROUP_IN + row, is_inside);
        else
            place = place_of(window, step * DEPTH + row, is_inside);
        float value = float(x[place]);
        cells[i] = is_inside ? value : 0.0;
    }
    uint first = (tile * STEPS + step) * (DEPTH * GROUP_CHANNELS / 4) + gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0; i < WORDS; i++)
        words[i] = vec4(weight[first + i * INVOCATIONS]);
}

void main() {
    uint tile = gl_WorkGroupID.y, group = tile / TILES, id = gl_LocalInvocationID.x;
    uint across = id % (GROUP_PIXELS / OWN_PIXELS), down = id / (GROUP_PIXELS / OWN_PIXELS);
    uint first_pixel = gl_WorkGroupID.x * GROUP_PIXELS;

    // Pixels beyond the last compute the last one again, and are not stored.
    Window window = window_of(min(first_pixel + id % GROUP_PIXELS, BATCH * OUT_PLANE - 1), group);
    uint first_row = id / GROUP_PIXELS;
#ifdef LISTS_PLACES
    list_places(id, INVOCATIONS);
#endif

    float sum[OWN_CHANNELS][OWN_PIXELS];
    [[unroll]] for (uint c = 0; c < OWN_CHANNELS; c++)
        [[unroll]] for (uint p = 0; p < OWN_PIXELS; p++)
            sum[c][p] = 0.0;

    uint begin = gl_WorkGroupID.z * STEPS_OF_PART, end = min(begin + STEPS_OF_PART, STEPS);
    float cells[CELLS];
    vec4 words[WORDS];
    load(window, first_row, tile, min(begin, STEPS - 1), cells, words);
    for (uint step = begin; step < end; step++) {
        [[unroll]] for (uint i = 0; i < CELLS; i++)
            staged_cells[(first_row + i * ROWS) * GROUP_PIXELS + id % GROUP_PIXELS] = cells[i];
        [[unroll]] for (uint i = 0; i < WORDS; i++)
            staged_weights[id + i * INVOCATIONS] = words[i];
        barrier();
        if (step + 1 < end)
            load(window, first_row, tile, step + 1, cells, words);
        // Not unrolled as a whole: drivers would compile four times as much, to gain nothing.
        for (uint first = 0; first < DEPTH; first += UNROLLED)
            [[unroll]] for (uint next = 0; next < UNROLLED; next++) {  // from a constant: else no driver unrolls it
                uint k = first + next;
                float value[OWN_PIXELS];
                [[unroll]] for (uint p = 0; p < OWN_PIXELS; p++)
                    value[p] = staged_cells[k * GROUP_PIXELS + across * OWN_PIXELS + p];
                [[unroll]] for (uint c = 0; c < OWN_CHANNELS / 4; c++) {
                    vec4 taps = staged_weights[(k * GROUP_CHANNELS + down * OWN_CHANNELS) / 4 + c];
                    [[unroll]] for (uint i = 0; i < 4; i++)
                        [[unroll]] for (uint p = 0; p < OWN_PIXELS; p++)
                            sum[c * 4 + i][p] += taps[i] * value[p];
                }
            }
        barrier();
    }

    uint first_channel = tile % TILES * GROUP_CHANNELS + down * OWN_CHANNELS;  // in its group
    [[unroll]] for (uint p = 0; p < OWN_PIXELS; p++) {
        uint own = first_pixel + across * OWN_PIXELS + p;
        if (own >= BATCH * OUT_PLANE)
            continue;
        uint plane = own / OUT_PLANE * OUT_CHANNELS + group * GROUP_OUT;
        [[unroll]] for (uint c = 0; c < OWN_CHANNELS; c++) {
            uint channel = first_channel + c, at = (plane + channel) * OUT_PLANE + own % OUT_PLANE;
            if (channel >= GROUP_OUT)
                continue;
            if (PARTS == 1) {
                float shift = bias[(tile * GROUP_CHANNELS + down * OWN_CHANNELS + c) / 4][c % 4];
                y[at] = stored(pointwise(with_residual(sum[c][p] + shift, at)));
            } else
                sums[gl_WorkGroupID.z * (BATCH * OUT_CHANNELS * OUT_PLANE) + at] = sum[c][p];
        }
    }
}
