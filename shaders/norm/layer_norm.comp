#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Last step of layer norm: (x - mean) root weight + bias, with (mean, root) of each row from layer_norm_moments.
//
// Bindings      0 input (rows, LENGTH) real; 1 output, the same; 2 (mean, root) of each row f32;
//               3 (weight, bias) of each element of a row f32
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
// Preconditions with TEXEL, 4 divides LENGTH
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint LENGTH = 1;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Moments { vec2 moments[]; };
layout(binding = 3) readonly buffer WeightAndBias { vec2 affine[]; };

float result_of(float value, vec2 moment, vec2 element) {
    EXACT float distance = value - moment.x;
    EXACT float normed = passed(distance) * moment.y;
    EXACT float result = passed(normed) * element.x + element.y;
    return result;
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats values = elements(x, index);
    vec2 moment = moments[index / LENGTH];
    uint place = index % LENGTH;
#ifdef TEXEL
    UNROLL for (uint i = 0; i < 4; i++)
        values[i] = result_of(values[i], moment, affine[place + i]);
#else
    values = result_of(values, moment, affine[place]);
#endif
    STORE_EACH(y, index, values)
}
