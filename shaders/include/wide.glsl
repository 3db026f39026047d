// A row by the 64 invocations of a workgroup: each takes every 64th term, and shared memory brings together what they
// found. For a launch of GroupCount.Linear(64 rows).
#include "index.glsl"

const uint LANES = 64;

shared float of_lanes[LANES];

uint wide_row() {
    return linear_index() / LANES;
}

// The sum over all lanes. All of a workgroup's invocations call it.
float sum_of_lanes(float own) {
    uint lane = gl_LocalInvocationID.x;
    of_lanes[lane] = own;
    for (uint past = LANES / 2; past > 0; past /= 2) {
        barrier();
        if (lane < past)
            of_lanes[lane] += of_lanes[lane + past];
    }
    barrier();
    float sum = of_lanes[0];
    barrier();  // the memory serves again
    return sum;
}

// The largest over all lanes, NaN if one of them has it. All of a workgroup's invocations call it.
float largest_of_lanes(float own) {
    uint lane = gl_LocalInvocationID.x;
    of_lanes[lane] = own;
    for (uint past = LANES / 2; past > 0; past /= 2) {
        barrier();
        if (lane < past) {
            float other = of_lanes[lane + past];
            if (other > of_lanes[lane] || other != other)
                of_lanes[lane] = other;
        }
    }
    barrier();
    float largest = of_lanes[0];
    barrier();  // the memory serves again
    return largest;
}
