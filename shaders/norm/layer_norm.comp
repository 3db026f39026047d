#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Last step of layer norm and group norm: (x - mean) root weight + bias, with (mean, root) of each row from
// layer_norm_moments or moments_of_slices. WEIGHTS pairs (weight, bias) follow each other, each for SHARED elements,
// and then begin anew.
//
// Bindings      0 input (rows, LENGTH) real; 1 output, the same; 2 (mean, root) of each row f32;
//               3 (weight, bias) (WEIGHTS) f32
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
// Preconditions with TEXEL, 4 divides LENGTH
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint SHARED = 1;
layout(constant_id = 3) const uint WEIGHTS = 1;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);
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
#ifdef TEXEL
    UNROLL for (uint i = 0; i < 4; i++)
        values[i] = result_of(values[i], moment, affine[(index + i) / SHARED % WEIGHTS]);
#else
    values = result_of(values, moment, affine[index / SHARED % WEIGHTS]);
#endif
    STORE_ELEMENTS(y, index, values)
}
