#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The input of conv2d_lanes.glsl's kernels and, of an image, of conv2d_packed's: with its zero padding around it,
// channels last, and as many zero channels behind
// those of each group as make its words begin where windows begin.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, GROUPS, PADDED_HEIGHT, PADDED_WIDTH, PADDED_CHANNELS) real
// Dispatch      an invocation for 4 numbers, as of index.glsl
// Preconditions 4 divides PADDED_WIDTH * PADDED_CHANNELS; GROUPS divides C
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint HEIGHT = 1;
layout(constant_id = 3) const uint WIDTH = 1;
layout(constant_id = 4) const uint GROUPS = 1;
layout(constant_id = 5) const uint PADDED_CHANNELS = 4;
layout(constant_id = 6) const uint PADDED_HEIGHT = 1;
layout(constant_id = 7) const uint PADDED_WIDTH = 1;
layout(constant_id = 8) const uint PADDING_HEIGHT = 0;
layout(constant_id = 9) const uint PADDING_WIDTH = 0;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real4 y[]; };

const uint GROUP_CHANNELS = CHANNELS / GROUPS;
const uint ROW = PADDED_WIDTH * PADDED_CHANNELS;

void main() {
    uint index = linear_index();
    if (index >= BATCH * GROUPS * PADDED_HEIGHT * (ROW / 4))
        return;
    uint map = index / (ROW / 4) / PADDED_HEIGHT;
    int row = int(index / (ROW / 4) % PADDED_HEIGHT) - int(PADDING_HEIGHT);
    vec4 values;
    [[unroll]] for (uint i = 0; i < 4; i++) {
        uint place = index % (ROW / 4) * 4 + i, channel = place % PADDED_CHANNELS;
        int column = int(place / PADDED_CHANNELS) - int(PADDING_WIDTH);
        bool inside = channel < GROUP_CHANNELS && row >= 0 && row < int(HEIGHT) && column >= 0 && column < int(WIDTH);
        uint cell = ((map * GROUP_CHANNELS + channel) * HEIGHT + uint(row)) * WIDTH + uint(column);
        cell = inside ? cell : 0;
        float value = element(x, cell);
        values[i] = inside ? value : 0.0;
    }
    y[index] = real4(values);
}
