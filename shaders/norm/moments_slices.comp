#version 450
#extension GL_GOOGLE_include_directive : require
// First step of the moments of long rows: of each slice of a row its mean and the sum of the squared distances to it.
// Slice i has the elements i, i + SLICES, i + 2 SLICES and so on.
//
// Bindings      0 input (rows, LENGTH) real; 1 pairs (rows, SLICES) f32
// Dispatch      one invocation for AT_ONCE pairs, GroupCount.Linear
// Preconditions SLICES is at most LENGTH; with TEXEL, 4 divides both
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint SLICES = 1;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Parts { vec2 parts[]; };

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    uint slice = index % SLICES, begin = index / SLICES * LENGTH;
    float share = divide(1.0, float((LENGTH - slice + SLICES - 1) / SLICES));

    EXACT floats total = floats(0.0);
    for (uint i = slice; i < LENGTH; i += SLICES)
        total += elements(x, begin + i);
    floats sum = EACH(passed, total);
    EXACT floats quotient = sum * share;
    floats mean = EACH(passed, quotient);

    EXACT floats squares = floats(0.0);
    for (uint i = slice; i < LENGTH; i += SLICES) {
        EXACT floats difference = elements(x, begin + i) - mean;
        floats distance = EACH(passed, difference);
        squares += distance * distance;
    }
#ifdef TEXEL
    for (uint i = 0; i < 4; i++)
        parts[index + i] = vec2(mean[i], squares[i]);
#else
    parts[index] = vec2(mean, squares);
#endif
}
