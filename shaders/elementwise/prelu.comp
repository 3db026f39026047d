#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// PReLU: x, or the channel's slope times x where that is negative.
//
// Bindings      0 input (N, C, PLANE) real; 1 output, the same; 2 the SLOPES slopes f32: one, or one of each channel
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint SLOPES = 1;
layout(constant_id = 2) const uint PLANE = 1;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);
layout(binding = 2) readonly buffer Weight { float slope[]; };

// A comparison keeps NaN.
float result_of(float value, uint index) {
    EXACT float scaled = value * slope[index / PLANE % SLOPES];
    return value < 0.0 ? scaled : value;
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats values = elements(x, index);
#ifdef TEXEL
    UNROLL for (uint i = 0; i < 4; i++)
        values[i] = result_of(values[i], index + i);
#else
    values = result_of(values, index);
#endif
    STORE_ELEMENTS(y, index, values)
}
