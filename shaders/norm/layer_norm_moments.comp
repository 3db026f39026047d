#version 450
#extension GL_GOOGLE_include_directive : require
// First step of layer norm and group norm: (mean, 1 / sqrt(variance + EPS)) of each row.
//
// Bindings      0 input (ROWS, LENGTH) real; 1 pairs (ROWS) f32
// Dispatch      one invocation a row, GroupCount.Linear
// Preconditions SHARE is 1 / LENGTH; EPS is above 0
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "root.glsl"

layout(constant_id = 0) const uint ROWS = 1;
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint EPS_BITS = 0;
layout(constant_id = 3) const uint SHARE_BITS = 0;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Moments { vec2 moments[]; };

// Sums are taken in blocks of this many terms, and then of the blocks.
const uint BLOCK = 64;

float mean_of(float total) {
    EXACT float mean = passed(total) * passed(uintBitsToFloat(SHARE_BITS));
    return passed(mean);
}

void main() {
    uint row = linear_index();
    if (row >= ROWS)
        return;
    uint begin = row * LENGTH;

    EXACT float total = 0.0;
    for (uint first = 0; first < LENGTH; first += BLOCK) {
        EXACT float block = 0.0;
        uint end = min(first + BLOCK, LENGTH);
        for (uint i = first; i < end; i++)
            block += float(x[begin + i]);
        total += block;
    }
    float mean = mean_of(total);

    EXACT float squares = 0.0;
    for (uint first = 0; first < LENGTH; first += BLOCK) {
        EXACT float block = 0.0;
        uint end = min(first + BLOCK, LENGTH);
        for (uint i = first; i < end; i++) {
            EXACT float difference = float(x[begin + i]) - mean;
            float distance = passed(difference);
            block += distance * distance;
        }
        squares += block;
    }
    EXACT float base = mean_of(squares) + passed(uintBitsToFloat(EPS_BITS));
    moments[row] = vec2(mean, passed(reciprocal_root(base)));
}
