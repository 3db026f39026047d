#version 450
#extension GL_GOOGLE_include_directive : require
// Takes LENGTH places of one axis: START, START + STEP and so on.
//
// Bindings      0 input (OUTER, EXTENT, INNER) real; 1 output (OUTER, LENGTH, INNER) real
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
// Preconditions AT_ONCE divides INNER; STEP may be negative, as a number of 32 bits that wraps around
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT = 1;
layout(constant_id = 2) const uint LENGTH = 1;
layout(constant_id = 3) const uint INNER = 1;
layout(constant_id = 4) const uint START = 0;
layout(constant_id = 5) const uint STEP = 1;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    uint row = index / INNER;
    uint from = row / LENGTH * EXTENT + START + row % LENGTH * STEP;
    floats values = elements(x, from * INNER + index % INNER);
    STORE_ELEMENTS(y, index, values)
}
