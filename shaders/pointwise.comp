#version 450
#extension GL_GOOGLE_include_directive : require
// A pointwise operator that no other kernel could take along: ReLU, LeakyReLU, Sigmoid, SiLU.
//
// Bindings      0 input real; 1 output real, of as many elements
// Dispatch      one invocation an element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#define POINTWISE_ID 1
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index < COUNT)
        y[index] = stored(pointwise(float(x[index])));
}
