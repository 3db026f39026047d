#version 450
#extension GL_GOOGLE_include_directive : require
// First step of SoftPool with weights shared across channels, and of softmax over many: for each cell of the maps the
// largest value m
// of its channels and s = sum_c exp(x_c - m), which is at least 1. Kept apart, they stand for the sum of exponentials
// of any size.
// Many channels are taken in slices of LENGTH, for sums_of_slices.
//
// Bindings      0 input (N, C, P) real, P the cells of a map; 1 output (N, SLICES, P) of (m, s) f32
// Dispatch      one invocation for AT_ONCE cells of a slice, (N, SLICES, ceil(P / AT_ONCE)), GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "exp.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint PLANE = 1;
layout(constant_id = 3) const uint LENGTH = 1;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { vec2 sums[]; };

const uint SLICES = (CHANNELS + LENGTH - 1) / LENGTH;
const uint PARTS = (PLANE + AT_ONCE - 1) / AT_ONCE;

// AT_ONCE elements from any place on. Beyond the last they are some others.
floats elements_from(uint place) {
#ifdef TEXEL
    if (PLANE % 4 != 0) {
        vec4 low = elements(x, place), high = elements(x, min(place + 4, BATCH * CHANNELS * PLANE - 4));
        vec4 even = (place & 2) != 0 ? vec4(low.zw, high.xy) : low;
        float next = (place & 2) != 0 ? high.z : high.x;
        return (place & 1) != 0 ? vec4(even.yzw, next) : even;
    }
#endif
    return elements(x, place);
}

float larger(float value, float largest) {
    return value > largest ? value : largest;
}

void main() {
    uint index = linear_index();
    if (index >= BATCH * SLICES * PARTS)
        return;
    uint image = index / PARTS / SLICES, slice = index / PARTS % SLICES, cell = index % PARTS * AT_ONCE;
    uint first = (image * CHANNELS + slice * LENGTH) * PLANE + cell;
    uint channels = SLICES > 1 ? min(LENGTH, CHANNELS - slice * LENGTH) : CHANNELS;

    // That of a slice is held above -infinity: beside others it may weigh nothing.
    precise floats largest = SLICES > 1 ? floats(-LARGEST_FLOAT) : elements_from(first);
    for (uint c = SLICES > 1 ? 0 : 1; c < channels; c++) {
        floats value = elements_from(first + c * PLANE);
        largest = EACH_OF_TWO(larger, value, largest);
    }
    precise floats total = floats(0.0);
    for (uint c = 0; c < channels; c++) {
        floats value = elements_from(first + c * PLANE);
        total += EACH_OF_TWO(weight_of, value, largest);
    }
    uint to = (image * SLICES + slice) * PLANE + cell;
#ifdef TEXEL
    for (uint i = 0; i < 4; i++)
        if (PLANE % 4 == 0 || cell + i < PLANE)
            sums[to + i] = vec2(largest[i], total[i]);
#else
    sums[to] = vec2(largest, total);
#endif
}
