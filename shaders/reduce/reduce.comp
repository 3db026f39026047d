#version 450
#extension GL_GOOGLE_include_directive : require
// A sum, a product, the largest or the like over axes that lie side by side.
//
// Bindings      0 input (rows, LENGTH) real; 1 output (rows, WIDTH) real
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
// Preconditions with TEXEL, 4 divides WIDTH and LENGTH
#include "texel.glsl"
#include "strict.glsl"

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);
#include "reduce.glsl"

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats result = reduced(index);
    STORE_ELEMENTS(y, index, result)
}
