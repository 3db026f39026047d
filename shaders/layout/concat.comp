#version 450
#extension GL_GOOGLE_include_directive : require
// Copies one input of a concatenation to its place in the output, item by item.
//
// Bindings      0 input (N, LENGTH) real; 1 output (N, OUT_LENGTH) real, written from OFFSET in each item
// Dispatch      one invocation for AT_ONCE elements of the input, GroupCount.Linear
// Preconditions AT_ONCE divides LENGTH
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint OUT_LENGTH = 1;
layout(constant_id = 3) const uint OFFSET = 0;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    uint to = index / LENGTH * OUT_LENGTH + OFFSET + index % LENGTH;
    floats values = elements(x, index);
    STORE_EACH(y, to, values)
}
