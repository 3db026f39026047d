#version 450
#extension GL_GOOGLE_include_directive : require
// a + b, element by element, and the pointwise operator that follows. b may have one value a channel.
//
// Bindings      0 a real; 1 b real, one element for PLANE of a's; 2 output real, as a
// Dispatch      one invocation an element of a, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#define POINTWISE_ID 2
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint PLANE = 1;

layout(binding = 0) readonly buffer Left { real a[]; };
layout(binding = 1) readonly buffer Right { real b[]; };
layout(binding = 2) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index < COUNT) {
        EXACT float sum = float(a[index]) + float(b[index / PLANE]);
        y[index] = stored(pointwise(sum));
    }
}
