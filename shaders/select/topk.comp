#version 450
#extension GL_GOOGLE_include_directive : require
// The K largest or least elements along an axis, in order, or their places: each element is put where as many come
// before it. Of elements alike the first one comes first, so that no two have the same place.
//
// Bindings      0 input (..., EXTENT, INNER) real; 1 output (..., K, INNER) real
// Dispatch      one invocation an element of the input, GroupCount.Linear
// Preconditions K is at most EXTENT
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT = 1;
layout(constant_id = 2) const uint INNER = 1;
layout(constant_id = 3) const uint K = 1;
layout(constant_id = 4) const uint IS_LEAST = 0;
layout(constant_id = 5) const uint GIVES_PLACES = 0;

#include "select.glsl"

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint outer = index / INNER / EXTENT, place = index / INNER % EXTENT, inner = index % INNER;
    uint first = outer * EXTENT * INNER + inner, before = 0;
    float own = float(x[index]);
    for (uint i = 0; i < EXTENT; i++) {
        float other = float(x[first + i * INNER]);
        if (comes_before(other, own, IS_LEAST == 0) || (i < place && is_like(other, own)))
            before++;
    }
    if (before < K)
        y[(outer * K + before) * INNER + inner] = stored(GIVES_PLACES != 0 ? float(place) : own);
}
