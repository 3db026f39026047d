#version 450
#extension GL_GOOGLE_include_directive : require
// Rounds 32-bit floats, a network's input, to what activations are stored as: 16-bit floats, or in STRICT those that
// are +0
// or not tiny.
// Only in 16 bits and for strict numerics.
//
// Bindings      0 input f32; 1 output real, of as many elements
// Dispatch      one invocation an element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;

layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index < COUNT)
        y[index] = stored(x[index]);
}
