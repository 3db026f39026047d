#version 450
#extension GL_GOOGLE_include_directive : require
// First step of ArgMax and ArgMin: of each slice of an axis the largest or least element and its place. Slice i has the
// elements i, i + SLICES, i + 2 SLICES and so on.
//
// Bindings      0 input (..., EXTENT, INNER) real; 1 (value, place) (..., SLICES, INNER) f32
// Dispatch      one invocation a slice, GroupCount.Linear
// Preconditions SLICES is at most EXTENT
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT = 1;
layout(constant_id = 2) const uint INNER = 1;
layout(constant_id = 3) const uint SLICES = 1;
layout(constant_id = 4) const uint IS_LEAST = 0;
layout(constant_id = 5) const uint SELECTS_LAST = 0;

#include "select.glsl"

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { vec2 places[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint slice = index / INNER % SLICES, first = index / INNER / SLICES * EXTENT * INNER + index % INNER, place = slice;
    float best = float(x[first + slice * INNER]);
    for (uint i = slice + SLICES; i < EXTENT; i += SLICES) {
        float value = float(x[first + i * INNER]);
        if (comes_before(value, best, true) || (SELECTS_LAST != 0 && is_like(value, best))) {
            best = value;
            place = i;
        }
    }
    places[index] = vec2(best, float(place));
}
