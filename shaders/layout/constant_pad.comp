#version 450
#extension GL_GOOGLE_include_directive : require
// Puts a number before and behind the places of one axis.
//
// Bindings      0 input (OUTER, EXTENT, INNER) real; 1 output (OUTER, OUT_EXTENT, INNER) real
// Dispatch      one invocation an output element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT = 1;
layout(constant_id = 2) const uint OUT_EXTENT = 1;
layout(constant_id = 3) const uint INNER = 1;
layout(constant_id = 4) const uint BEFORE = 0;
layout(constant_id = 5) const uint VALUE_BITS = 0;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint row = index / INNER;
    // Before the first place it wraps around, and is then beyond the last one too.
    uint place = row % OUT_EXTENT - BEFORE;
    float value = uintBitsToFloat(VALUE_BITS);
    if (place < EXTENT)
        value = float(x[(row / OUT_EXTENT * EXTENT + place) * INNER + index % INNER]);
    y[index] = stored(value);
}
