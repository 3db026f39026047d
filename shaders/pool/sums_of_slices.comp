#version 450
#extension GL_GOOGLE_include_directive : require
// Sums of exponentials of slices to those of the whole: each pair (m, s) stands for s exp(m). Of SLICES pairs the
// largest m, and beside
// it the sum of s_k exp(m_k - m). An empty slice is (-LARGEST_FLOAT, 0).
//
// Bindings      0 sums (N, SLICES, P) of (m, s) f32; 1 output (N, P), the same
// Dispatch      one invocation a pair of the output, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint SLICES = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Sums { vec2 sums[]; };
layout(binding = 1) writeonly buffer Output { vec2 whole[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * PLANE)
        return;
    uint first = index / PLANE * SLICES * PLANE + index % PLANE;

    precise float largest = -LARGEST_FLOAT;
    for (uint slice = 0; slice < SLICES; slice++) {
        float value = sums[first + slice * PLANE].x;
        largest = value > largest ? value : largest;
    }
    precise float total = 0.0;
    for (uint slice = 0; slice < SLICES; slice++) {
        vec2 sum = sums[first + slice * PLANE];
        total += sum.y * exp_nonpositive(difference_to_largest(sum.x, largest));
    }
    whole[index] = vec2(largest, total);
}
