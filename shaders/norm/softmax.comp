#version 450
#extension GL_GOOGLE_include_directive : require
// exp(x_c - m) / sum_k exp(x_k - m) over the channels of each cell, m being the largest of them.
//
// Bindings      0 input (N, C, PLANE) real; 1 output, the same
// Dispatch      one invocation a cell (N, PLANE), GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

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
    for (uint c = 0; c < CHANNELS; c++)
        y[first + c * PLANE] = stored(
            divide(exp_nonpositive(difference_to_largest(float(x[first + c * PLANE]), largest)), total));
}
