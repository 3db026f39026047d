// The body of the linear kernels whose lanes sum whole features. Define first: LANE_FEATURES, how many features a lane
// computes, 4 or 8; ITEMS, of how many items. So each weight that is loaded is used ITEMS times and each input
// LANE_FEATURES times. With TEXEL, inputs and weights are read as texels.
//
// Bindings      linear_shape.glsl
// Dispatch      x: ceil(N / ITEMS), y: lanes of ceil(FEATURES / 64) tiles / workgroup, z: SLICES
// Preconditions with TEXEL, 4 divides I
layout(local_size_x_id = 9) in;
#include "linear_shape.glsl"

const uint PARTS = 8 / LANE_FEATURES;        // of a tile
// Sums are taken in blocks of this many terms, and then of the blocks: one running sum of thousands of terms would be
// off by several times as much.
const uint BLOCK = 64;
const uint BLOCKS = IN_FEATURES / BLOCK;
const uint SLICE = (BLOCKS + SLICES - 1) / SLICES;

// Whose inputs a lane loads, and where it has four inputs of an item from: its own load, or with SHUFFLES that of the
// lane that loaded them.
#ifdef SHUFFLES
const uint LOADED = ITEMS / LANES;
#define ITEM(n) (n) * LANES + lane
#define LOAD_VALUES(i)                                  \
    vec4 loaded[LOADED];                                \
    UNROLL for (uint n = 0; n < LOADED; n++)            \
        loaded[n] = inputs(item[n] + (i));
#define VALUES(n, i) subgroupShuffle(loaded[(n) / LANES], (n) % LANES)
#else
const uint LOADED = ITEMS;
#define ITEM(n) (n)
#define LOAD_VALUES(i)
#define VALUES(n, i) inputs(item[n] + (i))
#endif

void main() {
    uint lane = gl_LocalInvocationID.x % LANES;
    uint part = (gl_WorkGroupID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x) / LANES;
    uint tile = part / PARTS;
    uint row = part % PARTS * LANE_FEATURES;      // the lane's first feature of the tile, in eights
    uint feature = tile * 64 + row * LANES + lane;
    // All lanes or none: shuffles read of each.
    if (tile * 64 + row * LANES >= FEATURES)
        return;

    // Items beyond the last compute the last one again, and are not stored.
    uint first = gl_WorkGroupID.x * ITEMS;
    uint item[LOADED];
    UNROLL for (uint n = 0; n < LOADED; n++)
        item[n] = min(first + ITEM(n), BATCH - 1) * IN_FEATURES;
    EXACT float sum[ITEMS][LANE_FEATURES];
    UNROLL for (uint n = 0; n < ITEMS; n++)
        UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
            sum[n][f] = SLICES == 1 ? bias[feature + f * LANES] : 0.0;

    uint slice = gl_WorkGroupID.z;
    // The last slices may be empty; the very last one still has what lies behind the blocks.
    uint begin = min(slice * SLICE, BLOCKS);
    uint end = min(begin + SLICE, BLOCKS);
    uint w = (tile * QUADS + begin * BLOCK / 4) * 64 + row * LANES + lane;
    for (uint b = begin; b < end; b++) {
        EXACT float block[ITEMS][LANE_FEATURES];
        UNROLL for (uint n = 0; n < ITEMS; n++)
            UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                block[n][f] = 0.0;
        // Unrolled it would be too much code for a processor's instruction cache: a load is up to 500 bytes of it.
        [[dont_unroll]] for (uint i = b * BLOCK; i < (b + 1) * BLOCK; i += 4) {
            vec4 weights[LANE_FEATURES];
            UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                weights[f] = quad(weight, w + f * LANES);
            LOAD_VALUES(i)
            UNROLL for (uint n = 0; n < ITEMS; n++) {
                vec4 values = VALUES(n, i);
                UNROLL for (uint c = 0; c < 4; c++)
                    UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                        block[n][f] = multiply_add(values[c], weights[f][c], block[n][f]);
            }
            w += 64;
        }
        UNROLL for (uint n = 0; n < ITEMS; n++)
            UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                sum[n][f] += block[n][f];
    }
    // What is left behind the last whole block.
    if (slice == SLICES - 1)
        [[dont_unroll]] for (uint i = BLOCKS * BLOCK; i < IN_FEATURES; i += 4) {
            LOAD_VALUES(i)
            UNROLL for (uint n = 0; n < ITEMS; n++) {
                vec4 values = VALUES(n, i);
                UNROLL for (uint f = 0; f < LANE_FEATURES; f++) {
                    vec4 weights = quad(weight, w + f * LANES);
                    UNROLL for (uint c = 0; c < 4; c++)
                        if (i + c < IN_FEATURES)
                            sum[n][f] = multiply_add(values[c], weights[c], sum[n][f]);
                }
            }
            w += 64;
        }

    UNROLL for (uint n = 0; n < ITEMS; n++)
        UNROLL for (uint f = 0; f < LANE_FEATURES; f++) {
            uint o = feature + f * LANES;
            if (first + n >= BATCH || o >= FEATURES)
                continue;
            if (SLICES == 1)
                y[(first + n) * OUT_FEATURES + FIRST + o] = stored(pointwise(sum[n][f]));
            else
                sums[(slice * BATCH + first + n) * FEATURES + o] = sum[n][f];
        }
}
