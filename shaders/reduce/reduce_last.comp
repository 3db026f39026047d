#version 450
#extension GL_GOOGLE_include_directive : require
// Last step of a reduction in several, behind reduce_first or reduce_next.
//
// Bindings      0 input (rows, LENGTH) f32; 1 output (rows, WIDTH) real
// Dispatch      one invocation an element of the output, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"

layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
#include "reduce.glsl"

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    floats result = reduced(index);
    STORE_EACH(y, index, result)
}
