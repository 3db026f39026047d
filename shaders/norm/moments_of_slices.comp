#version 450
#extension GL_GOOGLE_include_directive : require
// Second step of the moments of long rows: (mean, 1 / sqrt(variance + EPS)) of each row, out of those of its slices.
//
// Bindings      0 pairs (ROWS, SLICES) f32, of moments_slices; 1 pairs (ROWS) f32
// Dispatch      one invocation a row, GroupCount.Linear
// Preconditions SHARE is 1 / LENGTH; EPS is above 0
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "root.glsl"

layout(constant_id = 0) const uint ROWS = 1;
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint SLICES = 1;
layout(constant_id = 3) const uint EPS_BITS = 0;
layout(constant_id = 4) const uint SHARE_BITS = 0;

layout(binding = 0) readonly buffer Parts { vec2 parts[]; };
layout(binding = 1) writeonly buffer Moments { vec2 moments[]; };

// The elements of a slice.
float count_of(uint slice) {
    return float((LENGTH - slice + SLICES - 1) / SLICES);
}

float mean_of(float total) {
    EXACT float mean = passed(total) * passed(uintBitsToFloat(SHARE_BITS));
    return passed(mean);
}

void main() {
    uint row = linear_index();
    if (row >= ROWS)
        return;
    uint begin = row * SLICES;

    EXACT float total = 0.0;
    for (uint i = 0; i < SLICES; i++)
        total += count_of(i) * parts[begin + i].x;
    float mean = mean_of(total);

    EXACT float squares = 0.0;
    for (uint i = 0; i < SLICES; i++) {
        vec2 part = parts[begin + i];
        EXACT float difference = part.x - mean;
        float distance = passed(difference);
        squares += part.y + count_of(i) * (distance * distance);
    }
    EXACT float base = mean_of(squares) + passed(uintBitsToFloat(EPS_BITS));
    moments[row] = vec2(mean, passed(reciprocal_root(base)));
}
