// The body of the linear kernels for GPUs. Define ITEMS first, how many items each weight that is loaded is used for. A
// workgroup computes 16 features: eight neighbouring lanes two each, of every 32nd quad of inputs; the 32 sums of a
// feature are added in shared memory. So a small layer still has many lanes that load, and needs no second launch.
// Workgroups along z divide a long sum where there are few of them.
//
// Bindings      linear_shape.glsl
// Dispatch      x: ceil(N / ITEMS), y: ceil(FEATURES / 16), z: SLICES
layout(local_size_x = 256) in;
#include "linear_shape.glsl"

const uint LANE_FEATURES = 2;
const uint GROUP_FEATURES = LANES * LANE_FEATURES;
const uint SUMS = 256 / LANES;                   // of a feature
const uint AHEAD = ITEMS == 1 ? 4 : 2;           // quads that a lane loads before it computes
const uint TOTALS = ITEMS * GROUP_FEATURES;
const uint SLICE = (QUADS + SLICES - 1) / SLICES;

shared float group_sums[SUMS * TOTALS];

void main() {
    uint id = gl_LocalInvocationID.x, lane = id % LANES, own = id / LANES;
    uint feature = gl_WorkGroupID.y * GROUP_FEATURES;
    uint tile = feature / TILE_FEATURES, row = feature % TILE_FEATURES;
    // Items beyond the last compute the last one again, and are not stored.
    uint first = gl_WorkGroupID.x * ITEMS;
    uint item[ITEMS];
    float sum[ITEMS][LANE_FEATURES];
    UNROLL for (uint n = 0; n < ITEMS; n++) {
        item[n] = min(first + n, BATCH - 1) * IN_FEATURES;
        UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
            sum[n][f] = 0.0;
    }

    uint slice = gl_WorkGroupID.z, begin = slice * SLICE;
    uint end = min(begin + SLICE, QUADS), whole = min(end, IN_FEATURES / 4);
    uint w = tile * QUADS * TILE_FEATURES + row + lane;
    uint q = begin + own;
    for (; q + (AHEAD - 1) * SUMS < whole; q += AHEAD * SUMS) {
        vec4 weights[AHEAD][LANE_FEATURES];
        UNROLL for (uint a = 0; a < AHEAD; a++)
            UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                weights[a][f] = quad(weight, w + (q + a * SUMS) * TILE_FEATURES + f * LANES);
        UNROLL for (uint n = 0; n < ITEMS; n++)
            UNROLL for (uint a = 0; a < AHEAD; a++) {
                vec4 values = inputs(item[n] + (q + a * SUMS) * 4);
                UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                    UNROLL for (uint c = 0; c < 4; c++)
                        sum[n][f] = fma(values[c], weights[a][f][c], sum[n][f]);
            }
    }
    for (; q < end; q += SUMS) {
        vec4 weights[LANE_FEATURES];
        UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
            weights[f] = quad(weight, w + q * TILE_FEATURES + f * LANES);
        UNROLL for (uint n = 0; n < ITEMS; n++) {
            // What stands behind the last input is another item's, or nothing.
            bvec4 is_input = lessThan(q * 4 + uvec4(0, 1, 2, 3), uvec4(IN_FEATURES));
            vec4 values = mix(vec4(0.0), inputs(item[n] + q * 4), is_input);
            UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
                UNROLL for (uint c = 0; c < 4; c++)
                    sum[n][f] = fma(values[c], weights[f][c], sum[n][f]);
        }
    }

    UNROLL for (uint n = 0; n < ITEMS; n++)
        UNROLL for (uint f = 0; f < LANE_FEATURES; f++)
            group_sums[own * TOTALS + n * GROUP_FEATURES + f * LANES + lane] = sum[n][f];
    barrier();
    if (id >= TOTALS)
        return;
    vec4 quarters = vec4(0.0);
    for (uint s = 0; s < SUMS; s += 4)
        quarters += vec4(
            group_sums[s * TOTALS + id], group_sums[(s + 1) * TOTALS + id],
            group_sums[(s + 2) * TOTALS + id], group_sums[(s + 3) * TOTALS + id]);
    float total = (quarters.x + quarters.y) + (quarters.z + quarters.w);
    uint n = first + id / GROUP_FEATURES, o = feature + id % GROUP_FEATURES;
    if (n >= BATCH || o >= FEATURES)
        return;
    if (SLICES == 1)
        y[n * OUT_FEATURES + FIRST + o] = stored(pointwise(total + bias[o]));
    else
        sums[(slice * BATCH + n) * FEATURES + o] = total;
}
