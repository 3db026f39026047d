#version 450
#extension GL_GOOGLE_include_directive : require
// A sum, the largest or the like of each row, each by a workgroup.
//
// Bindings      0 input (COUNT, LENGTH) real; 1 output (COUNT) real
// Dispatch      64 invocations a row, GroupCount.Linear
// Preconditions WIDTH is 1, COMBINE is not PRODUCT
#include "storage.glsl"
#include "wide.glsl"

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
#include "reduce.glsl"

float combined_of_lanes(float own) {
    uint lane = gl_LocalInvocationID.x;
    of_lanes[lane] = own;
    for (uint past = LANES / 2; past > 0; past /= 2) {
        barrier();
        if (lane < past)
            of_lanes[lane] = combined(of_lanes[lane], of_lanes[lane + past]);
    }
    barrier();
    return of_lanes[0];
}

void main() {
    uint row = wide_row(), lane = gl_LocalInvocationID.x, first = row * LENGTH;
    if (row >= COUNT)
        return;
    float result;
    if (COMBINE == LOG_SUM_EXP) {
        float largest = float(x[first]);
        for (uint i = lane; i < LENGTH; i += LANES)
            largest = larger(float(x[first + i]), largest);
        largest = largest_of_lanes(largest);
        float total = 0.0;
        for (uint i = lane; i < LENGTH; i += LANES)
            total += weight_of(float(x[first + i]), largest);
        result = log_of_sum(largest, sum_of_lanes(total));
    } else {
        // Where a term may count twice, every lane begins with the first.
        float total = COMBINE == LARGEST || COMBINE == LEAST ? term_of(float(x[first])) : 0.0;
        for (uint i = lane; i < LENGTH; i += LANES)
            total = combined(total, term_of(float(x[first + i])));
        result = finished(combined_of_lanes(total));
    }
    if (lane == 0)
        y[row] = stored(result);
}
