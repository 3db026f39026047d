#version 450
#extension GL_GOOGLE_include_directive : require
// For each cell of the maps the largest value m of its channels and s = sum_c exp(x_c - m), as softpool_shared_sums
// gives them, each by a workgroup.
//
// Bindings      0 input (N, C, P) real, P the cells of a map; 1 output (N, P) of (m, s) f32
// Dispatch      64 invocations a cell (N, P), GroupCount.Linear
#include "storage.glsl"
#include "wide.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { vec2 sums[]; };

void main() {
    uint cell = wide_row(), lane = gl_LocalInvocationID.x;
    if (cell >= BATCH * PLANE)
        return;
    uint first = cell / PLANE * CHANNELS * PLANE + cell % PLANE;

    // Every lane begins with the first channel: if that is NaN, so is the result.
    float largest = float(x[first]);
    for (uint c = lane; c < CHANNELS; c += LANES) {
        float value = float(x[first + c * PLANE]);
        largest = value > largest ? value : largest;
    }
    largest = largest_of_lanes(largest);
    float total = 0.0;
    for (uint c = lane; c < CHANNELS; c += LANES)
        total += weight_of(float(x[first + c * PLANE]), largest);
    total = sum_of_lanes(total);
    if (lane == 0)
        sums[cell] = vec2(largest, total);
}
