#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The input of conv2d_packed.comp and conv2d_packed_narrow.comp for more than an image's channels: with its zero
// padding around
// it, in planes of four channels, those beyond a group's last zero. So lanes along the pixels load words side by side.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, GROUPS, PLANES, PADDED_HEIGHT, PADDED_WIDTH, 4) real
// Dispatch      an invocation for 4 numbers, as of index.glsl
// Preconditions GROUPS divides C; PLANES is ceil(C / GROUPS / 4)
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint HEIGHT = 1;
layout(constant_id = 3) const uint WIDTH = 1;
layout(constant_id = 4) const uint GROUPS = 1;
layout(constant_id = 5) const uint PLANES = 1;
layout(constant_id = 6) const uint PADDED_HEIGHT = 1;
layout(constant_id = 7) const uint PADDED_WIDTH = 1;
layout(constant_id = 8) const uint PADDING_HEIGHT = 0;
layout(constant_id = 9) const uint PADDING_WIDTH = 0;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real4 y[]; };

const uint GROUP_CHANNELS = CHANNELS / GROUPS;

void main() {
    uint index = linear_index();
    if (index >= BATCH * GROUPS * PLANES * PADDED_HEIGHT * PADDED_WIDTH)
        return;
    int column = int(index % PADDED_WIDTH) - int(PADDING_WIDTH);
    int row = int(index / PADDED_WIDTH % PADDED_HEIGHT) - int(PADDING_HEIGHT);
    uint plane = index / (PADDED_WIDTH * PADDED_HEIGHT), first = plane % PLANES * 4;
    bool inside = row >= 0 && row < int(HEIGHT) && column >= 0 && column < int(WIDTH);
    uint from = (plane / PLANES * GROUP_CHANNELS + first) * HEIGHT * WIDTH + uint(row) * WIDTH + uint(column);
    vec4 values;
    [[unroll]] for (uint i = 0; i < 4; i++) {
        bool is_there = inside && first + i < GROUP_CHANNELS;
        uint cell = is_there ? from + i * HEIGHT * WIDTH : 0;
        float value = element(x, cell);
        values[i] = is_there ? value : 0.0;
    }
    y[index] = real4(values);
}
