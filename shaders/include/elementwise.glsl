// What the kernels share that combine two operands element by element.
//
// Bindings      0 a real, (..., REPEATS, INNER); 1 b real, (..., INNER); 2 output real, as a
// Dispatch      one invocation for AT_ONCE elements of a, GroupCount.Linear
#define POINTWISE_ID 3
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint REPEATS = 1;
layout(constant_id = 2) const uint INNER = 1;

READ_ELEMENTS(0, Left, a);
READ_ELEMENTS(1, Right, b);
layout(binding = 2) writeonly buffer Output { real y[]; };

// The place in b of what meets an element of a.
uint place_of(uint index) {
    return index / (REPEATS * INNER) * INNER + index % INNER;
}

// What of b meets the elements of a from one on.
floats right_of(uint index) {
    if (REPEATS == 1)
        return elements(b, index);
#ifdef TEXEL
    if (INNER % 4 == 0)
        return elements(b, place_of(index));
    if (INNER > 1 || REPEATS % 4 != 0)
        return vec4(
            element(b, place_of(index)), element(b, place_of(index + 1)), element(b, place_of(index + 2)),
            element(b, place_of(index + 3)));
#endif
    return floats(element(b, place_of(index)));
}
