// What the kernels share that combine two operands element by element.
//
// Bindings      0 a real; 1 b real, one element for PLANE of a's; 2 output real, as a
// Dispatch      one invocation for AT_ONCE elements of a, GroupCount.Linear
#define POINTWISE_ID 2
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint PLANE = 1;

READ_ELEMENTS(0, Left, a);
READ_ELEMENTS(1, Right, b);
layout(binding = 2) writeonly buffer Output { real y[]; };

// What of b meets the elements of a from one on.
floats right_of(uint index) {
    if (PLANE == 1)
        return elements(b, index);
#ifdef TEXEL
    if (PLANE % 4 != 0)
        return vec4(
            element(b, index / PLANE), element(b, (index + 1) / PLANE), element(b, (index + 2) / PLANE),
            element(b, (index + 3) / PLANE));
#endif
    return floats(element(b, index / PLANE));
}
