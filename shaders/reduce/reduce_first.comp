#version 450
#extension GL_GOOGLE_include_directive : require
// First step of a reduction in several: of slices of a long axis, or of one of several axes.
//
// Bindings      0 input (rows, LENGTH) real; 1 output (rows, WIDTH) f32
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
// Preconditions with TEXEL, 4 divides WIDTH and LENGTH
#include "texel.glsl"
#include "strict.glsl"

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { float y[]; };
#include "reduce.glsl"

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats result = reduced(index);
    KEEP_EACH(y, index, result)
}
