#version 450
#extension GL_GOOGLE_include_directive : require
// a + b, element by element, and the pointwise operator that follows. b may have one value a channel or a place.
//
// Bindings, dispatch: include/elementwise.glsl
#include "texel.glsl"
#include "strict.glsl"
#include "elementwise.glsl"

float result_of(float left, float right) {
    EXACT float result = left + right;
    return pointwise(result);
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats result = EACH_OF_TWO(result_of, elements(a, index), right_of(index));
    STORE_EACH(y, index, result)
}
