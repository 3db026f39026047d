#version 450
#extension GL_GOOGLE_include_directive : require
// Takes places of one axis, in any order.
//
// Bindings      0 input (OUTER, EXTENT, INNER) real; 1 output (OUTER, LENGTH, INNER) real; 2 the LENGTH places uint
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
// Preconditions AT_ONCE divides INNER; the places are below EXTENT
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT = 1;
layout(constant_id = 2) const uint LENGTH = 1;
layout(constant_id = 3) const uint INNER = 1;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);
layout(binding = 2) readonly buffer Places { uint place[]; };

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    uint row = index / INNER;
    uint from = row / LENGTH * EXTENT + place[row % LENGTH];
    floats values = elements(x, from * INNER + index % INNER);
    STORE_ELEMENTS(y, index, values)
}
