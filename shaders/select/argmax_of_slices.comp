#version 450
#extension GL_GOOGLE_include_directive : require
// Second step of ArgMax and ArgMin: of the slices' places that of the largest or least element; of several alike the
// first or the last.
//
// Bindings      0 (value, place) (..., SLICES, INNER) f32, of argmax_slices; 1 output (..., INNER) real
// Dispatch      one invocation an output element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint INNER = 1;
layout(constant_id = 2) const uint SLICES = 1;
layout(constant_id = 3) const uint IS_LEAST = 0;
layout(constant_id = 4) const uint SELECTS_LAST = 0;

#include "select.glsl"

layout(binding = 0) readonly buffer Input { vec2 places[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint first = index / INNER * SLICES * INNER + index % INNER;
    vec2 best = places[first];
    for (uint i = 1; i < SLICES; i++) {
        vec2 other = places[first + i * INNER];
        bool is_sooner = SELECTS_LAST != 0 ? other.y > best.y : other.y < best.y;
        if (comes_before(other.x, best.x, true) || (is_like(other.x, best.x) && is_sooner))
            best = other;
    }
    y[index] = stored(best.y);
}
