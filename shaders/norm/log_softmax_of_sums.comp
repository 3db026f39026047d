#version 450
#extension GL_GOOGLE_include_directive : require
// Last step of the logarithm of softmax: x_c - m - log(s), with m and s of each cell from softpool_shared_sums and
// sums_of_slices.
//
// Bindings      0 input (N, C, PLANE) real; 1 output, the same; 2 (m, s) of each cell (N, PLANE) f32
// Dispatch      one invocation an output element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "elementary.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Sums { vec2 sums[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * PLANE)
        return;
    vec2 sum = sums[index / PLANE / CHANNELS * PLANE + index % PLANE];
    precise float result = float(x[index]) - sum.x - logarithm(sum.y);
    y[index] = stored(result);
}
