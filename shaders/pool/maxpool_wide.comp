#version 450
#extension GL_GOOGLE_include_directive : require
// The largest cell of each map, each by a workgroup; NaN if one of them is.
//
// Bindings      0 input (MAPS, PLANE) real; 1 output (MAPS) real
// Dispatch      64 invocations a map, GroupCount.Linear
#include "storage.glsl"
#include "wide.glsl"

layout(constant_id = 0) const uint MAPS = 1;
layout(constant_id = 1) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint map = wide_row(), lane = gl_LocalInvocationID.x, first = map * PLANE;
    if (map >= MAPS)
        return;
    float largest = float(x[first]);
    for (uint cell = lane; cell < PLANE; cell += LANES) {
        float value = float(x[first + cell]);
        largest = value > largest || value != value ? value : largest;
    }
    largest = largest_of_lanes(largest);
    if (lane == 0)
        y[map] = real(largest);
}
