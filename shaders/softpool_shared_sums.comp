#version 450
#extension GL_GOOGLE_include_directive : require
// First half of SoftPool with weights shared across channels: for each cell of the maps the largest value m of its channels
// and s = sum_c exp(x_c - m), which is at least 1. Kept apart, they stand for the sum of exponentials of any size.
//
// Bindings      0 input (N, C, P) real, P the cells of a map; 1 output (N, P) of (m, s)
// Dispatch      one invocation a cell, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { vec2 sums[]; };

void main() {
    uint cell = linear_index();
    if (cell >= BATCH * PLANE)
        return;
    uint first = cell / PLANE * CHANNELS * PLANE + cell % PLANE;

    precise float largest = float(x[first]);
    for (uint c = 1; c < CHANNELS; c++) {
        float value = float(x[first + c * PLANE]);
        largest = value > largest ? value : largest;
    }
    precise float total = 0.0;
    for (uint c = 0; c < CHANNELS; c++)
        total += exp_nonpositive(difference_to_largest(float(x[first + c * PLANE]), largest));
    sums[cell] = vec2(largest, total);
}
