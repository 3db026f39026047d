#version 450
#extension GL_GOOGLE_include_directive : require
// (mean, 1 / sqrt(variance + EPS)) of each row, as layer_norm_moments gives them, each by a workgroup.
//
// Bindings      0 input (ROWS, LENGTH) real; 1 pairs (ROWS) f32
// Dispatch      64 invocations a row, GroupCount.Linear
// Preconditions SHARE is 1 / LENGTH; EPS is above 0
#include "storage.glsl"
#include "wide.glsl"
#include "root.glsl"

layout(constant_id = 0) const uint ROWS = 1;
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint EPS_BITS = 0;
layout(constant_id = 3) const uint SHARE_BITS = 0;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Moments { vec2 moments[]; };

void main() {
    uint row = wide_row(), lane = gl_LocalInvocationID.x, begin = row * LENGTH;
    if (row >= ROWS)
        return;
    float share = uintBitsToFloat(SHARE_BITS), total = 0.0, squares = 0.0;
    for (uint i = lane; i < LENGTH; i += LANES)
        total += float(x[begin + i]);
    float mean = sum_of_lanes(total) * share;
    for (uint i = lane; i < LENGTH; i += LANES) {
        float distance = float(x[begin + i]) - mean;
        squares += distance * distance;
    }
    float variance = sum_of_lanes(squares) * share;
    if (lane == 0)
        moments[row] = vec2(mean, reciprocal_root(variance + uintBitsToFloat(EPS_BITS)));
}
