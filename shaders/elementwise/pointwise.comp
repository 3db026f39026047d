#version 450
#extension GL_GOOGLE_include_directive : require
// A pointwise operator that no other kernel could take along, or that only this one knows.
//
// Bindings      0 input real; 1 output real, of as many elements
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 1
#define EVERY_FUNCTION
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats result = EACH(pointwise, elements(x, index));
    STORE_ELEMENTS(y, index, result)
}
