#version 450
#extension GL_GOOGLE_include_directive : require
// SoftPool of each map, weights per channel, each by a workgroup: y = m + sum_i e_i (x_i - m) / sum_i e_i, as softpool
// says.
//
// Bindings      0 input (MAPS, PLANE) real; 1 output (MAPS) real
// Dispatch      64 invocations a map, GroupCount.Linear
#include "storage.glsl"
#include "wide.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint MAPS = 1;
layout(constant_id = 1) const uint PLANE = 1;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint map = wide_row(), lane = gl_LocalInvocationID.x, first = map * PLANE;
    if (map >= MAPS)
        return;

    // Every lane begins with the first cell: if that is NaN, so is the result.
    float largest = float(x[first]);
    for (uint cell = lane; cell < PLANE; cell += LANES) {
        float value = float(x[first + cell]);
        largest = value > largest ? value : largest;
    }
    largest = largest_of_lanes(largest);
    float weighted = 0.0, total = 0.0;
    for (uint cell = lane; cell < PLANE; cell += LANES) {
        float difference = difference_to_largest(float(x[first + cell]), largest);
        float e = exp_nonpositive(difference);
        weighted += e * difference;
        total += e;
    }
    weighted = sum_of_lanes(weighted);
    total = sum_of_lanes(total);
    if (lane == 0)
        y[map] = stored(largest + divide(weighted, total));
}
