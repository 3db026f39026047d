#version 450
#extension GL_GOOGLE_include_directive : require
// Batch norm in inference, x scale + shift in each channel, and the pointwise operator that follows.
//
// Bindings      0 input (N, C, PLANE) real; 1 output, the same; 2 (scale, shift) of each channel f32
// Dispatch      one invocation an element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#define POINTWISE_ID 3
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer ScaleAndShift { vec2 channel[]; };

void main() {
    uint index = linear_index();
    if (index < COUNT) {
        vec2 c = channel[index / PLANE % CHANNELS];
        EXACT float scaled = float(x[index]) * c.x + c.y;
        y[index] = stored(pointwise(scaled));
    }
}
