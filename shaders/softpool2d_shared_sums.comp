#version 450
#extension GL_GOOGLE_include_directive : require
// First half of 2-D SoftPool with weights shared across channels: for each pixel the largest value m of its channels
// and s = sum_c exp(x_c - m), which is at least 1. Kept apart, they stand for the sum of exponentials of any size.
//
// Bindings      0 input (N, C, H * W) f32; 1 output (N, H * W) of (m, s)
// Dispatch      one invocation a pixel, GroupCount.Linear
#include "index.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { vec2 sums[]; };

const float LARGEST_FLOAT = 3.40282347e38;

void main() {
    uint pixel = linear_index();
    if (pixel >= BATCH * PLANE)
        return;
    uint first = pixel / PLANE * CHANNELS * PLANE + pixel % PLANE;

    precise float largest = x[first];
    for (uint c = 1; c < CHANNELS; c++) {
        float value = x[first + c * PLANE];
        largest = value > largest ? value : largest;
    }
    precise float total = 0.0;
    for (uint c = 0; c < CHANNELS; c++) {
        precise float difference = x[first + c * PLANE] - largest;
        total += exp_nonpositive(difference < -LARGEST_FLOAT ? -LARGEST_FLOAT : difference);
    }
    sums[pixel] = vec2(largest, total);
}
