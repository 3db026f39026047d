#version 450
#extension GL_GOOGLE_include_directive : require
// What activations are stored as to 32-bit floats, the network's output.
// Only in 16 bits.
//
// Bindings      0 input real; 1 output f32, of as many elements
// Dispatch      one invocation an element, GroupCount.Linear
#include "storage.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };

void main() {
    uint index = linear_index();
    if (index < COUNT)
        y[index] = float(x[index]);
}
