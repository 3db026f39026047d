#version 450
#extension GL_GOOGLE_include_directive : require
// x_c (K + SCALE sum x_i^2)^-(QUARTERS / 4) over the channels i of a window of REACH on each side of c.
//
// Bindings      0 input (N, CHANNELS, PLANE) real; 1 output, the same
// Dispatch      one invocation an element, GroupCount.Linear
// Preconditions QUARTERS is 2, 3 or 4; K is above 0
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "root.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;
layout(constant_id = 3) const uint REACH = 0;
layout(constant_id = 4) const uint QUARTERS = 3;
layout(constant_id = 5) const uint SCALE_BITS = 0;
layout(constant_id = 6) const uint K_BITS = 0;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint channel = index / PLANE % CHANNELS;
    uint last = min(channel + REACH, CHANNELS - 1);
    uint first = channel - min(REACH, channel);
    EXACT float total = 0.0;
    for (uint c = first; c <= last; c++) {
        float value = float(x[index - channel * PLANE + c * PLANE]);
        total += value * value;
    }
    EXACT float base = passed(uintBitsToFloat(K_BITS)) + passed(uintBitsToFloat(SCALE_BITS)) * total;
    float root = reciprocal_root(base);
    EXACT float factor = root;
    if (QUARTERS == 4)
        factor = root * root;
    else if (QUARTERS == 3)
        factor = root > 0.0 ? root * (root * reciprocal_root(root)) : root;
    EXACT float result = float(x[index]) * factor;
    y[index] = stored(result);
}
