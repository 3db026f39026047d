#version 450
#extension GL_GOOGLE_include_directive : require
// Puts the channels of GROUPS groups in turns: the first of each group, then the second of each.
//
// Bindings      0 input (N, CHANNELS, PLANE) real; 1 output, the same
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
// Preconditions GROUPS divides CHANNELS, AT_ONCE divides PLANE
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;
layout(constant_id = 3) const uint GROUPS = 1;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    uint channel = index / PLANE % CHANNELS;
    uint from = channel % GROUPS * (CHANNELS / GROUPS) + channel / GROUPS;
    floats values = elements(x, index - channel * PLANE + from * PLANE);
    STORE_EACH(y, index, values)
}
