#version 450
#extension GL_GOOGLE_include_directive : require
// x / max(norm, EPS), with the norm of all elements along an axis from reduce_first or reduce_next.
//
// Bindings      0 input (..., EXTENT, INNER) real; 1 output, the same; 2 norms (..., INNER) f32
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
// Preconditions EPS is at least 2^-50
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT = 1;
layout(constant_id = 2) const uint INNER = 1;
layout(constant_id = 3) const uint EPS_BITS = 0;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);
layout(binding = 2) readonly buffer Norms { float norms[]; };

// NaN stays.
float quotient(float value, uint index) {
    float norm = norms[index / INNER / EXTENT * INNER + index % INNER], eps = passed(uintBitsToFloat(EPS_BITS));
    norm = norm < eps ? eps : norm;
#ifdef STRICT
    // Division knows numbers up to 2^100.
    if (norm > 18446744073709551616.0) {
        precise float less = value * TINY, small = norm * TINY;
        return divide(passed(less), small);
    }
#endif
    return divide(value, norm);
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats values = elements(x, index);
#ifdef TEXEL
    values = vec4(
        quotient(values.x, index), quotient(values.y, index + 1), quotient(values.z, index + 2),
        quotient(values.w, index + 3));
#else
    values = quotient(values, index);
#endif
    STORE_ELEMENTS(y, index, values)
}
