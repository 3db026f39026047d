#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows. An invocation computes 2 features of ITEMS items, so that each
// weight is loaded once for ITEMS uses; lanes run along the features, so that loads of weights are neighbours.
//
// Bindings      0 input (N, I) real; 1 output (N, O) real, of which FEATURES features from FIRST on are written;
//               2 weight of those (I, ceil(FEATURES / 2), 2) real, features beyond them zero; 3 bias, padded in the same way
// Dispatch      x: ceil(FEATURES / 2) / 32, y: ceil(N / ITEMS)
// Preconditions ITEMS is at most 8
#include "storage.glsl"
#include "strict.glsl"
#define POINTWISE_ID 6
#include "pointwise.glsl"

layout(local_size_x = 32) in;
layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint IN_FEATURES = 1;
layout(constant_id = 2) const uint OUT_FEATURES = 1;
layout(constant_id = 3) const uint FIRST = 0;
layout(constant_id = 4) const uint FEATURES = 1;
layout(constant_id = 5) const uint ITEMS = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Weight { real2 weight[]; };
layout(binding = 3) readonly buffer Bias { vec2 bias[]; };

const uint LARGEST_ITEMS = 8;
// Sums are taken in blocks of this many terms, and then of the blocks: one running sum of thousands of terms would be
// off by several times as much.
const uint BLOCK = 16;

void main() {
    uint pairs = (FEATURES + 1) / 2;
    uint pair = gl_GlobalInvocationID.x;
    uint first = gl_WorkGroupID.y * ITEMS;
    if (pair >= pairs)
        return;

    // Items beyond the last compute the last one again, and are not stored.
    uint item[LARGEST_ITEMS];
    EXACT vec2 sum[LARGEST_ITEMS];
    UNROLL for (uint n = 0; n < LARGEST_ITEMS; n++) {
        item[n] = min(first + n, BATCH - 1) * IN_FEATURES;
        sum[n] = bias[pair];
    }
    uint whole = IN_FEATURES / BLOCK * BLOCK;
    for (uint i = 0; i < whole; i += BLOCK) {
        EXACT vec2 block[LARGEST_ITEMS];
        UNROLL for (uint n = 0; n < LARGEST_ITEMS; n++)
            block[n] = vec2(0.0);
        UNROLL for (uint j = 0; j < BLOCK; j++) {
            vec2 w = vec2(weight[(i + j) * pairs + pair]);
            UNROLL for (uint n = 0; n < LARGEST_ITEMS; n++)
                if (n < ITEMS)
                    block[n] += w * float(x[item[n] + i + j]);
        }
        UNROLL for (uint n = 0; n < LARGEST_ITEMS; n++)
            sum[n] += block[n];
    }
    for (uint i = whole; i < IN_FEATURES; i++) {
        vec2 w = vec2(weight[i * pairs + pair]);
        UNROLL for (uint n = 0; n < LARGEST_ITEMS; n++)
            if (n < ITEMS)
                sum[n] += w * float(x[item[n] + i]);
    }
    UNROLL for (uint n = 0; n < LARGEST_ITEMS; n++)
        if (n < ITEMS && first + n < BATCH) {
            uint feature = 2 * pair;
            y[(first + n) * OUT_FEATURES + FIRST + feature] = stored(pointwise(sum[n].x));
            if (feature + 1 < FEATURES)
                y[(first + n) * OUT_FEATURES + FIRST + feature + 1] = stored(pointwise(sum[n].y));
        }
}
