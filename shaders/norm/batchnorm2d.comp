#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Batch norm in inference, x scale + shift in each channel, and the pointwise operator that follows.
//
// Bindings      0 input (N, C, PLANE) real; 1 output, the same; 2 (scale, shift) of each channel f32
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 3
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);
layout(binding = 2) readonly buffer ScaleAndShift { vec2 channel[]; };

float result_of(float value, vec2 norm) {
    EXACT float scaled = value * norm.x + norm.y;
    return pointwise(scaled);
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats values = elements(x, index);
#ifdef TEXEL
    if (PLANE % 4 != 0) {
        UNROLL for (uint i = 0; i < 4; i++)
            values[i] = result_of(values[i], channel[(index + i) / PLANE % CHANNELS]);
        STORE_ELEMENTS(y, index, values)
        return;
    }
#endif
    vec2 norm = channel[index / PLANE % CHANNELS];
#define NORMED(value) result_of(value, norm)
    values = EACH(NORMED, values);
    STORE_ELEMENTS(y, index, values)
}
