#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The input of conv2d_lanes.glsl's kernels and, of an image, of conv2d_packed's: with its zero padding around it,
// channels last, and as many zero channels behind those of each group as make its words begin where windows begin.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, GROUPS, PADDED_HEIGHT, PADDED_WIDTH, PADDED_CHANNELS) real
// Dispatch      an invocation for 4 numbers, as of index.glsl; where BLOCKS is not 0, for 4 columns of 4 channels, BLOCKS
//               in a row
// Preconditions 4 divides PADDED_WIDTH * PADDED_CHANNELS; GROUPS divides C. BLOCKS is 0 unless the input is read as
//               texels, and 4 divides WIDTH and PADDED_CHANNELS
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
layout(constant_id = 10) const uint BLOCKS = 0;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real4 y[]; };

const uint GROUP_CHANNELS = CHANNELS / GROUPS;
const uint ROW = PADDED_WIDTH * PADDED_CHANNELS;

#ifdef TEXEL
// Four texels of four channels, turned: a quarter of the loads. The first block begins at or before the padding.
void pack_block(uint index) {
    const uint QUADS = PADDED_CHANNELS / 4;
    uint map = index / (QUADS * BLOCKS) / PADDED_HEIGHT, padded_row = index / (QUADS * BLOCKS) % PADDED_HEIGHT;
    if (map >= BATCH * GROUPS)
        return;
    uint quad = index % QUADS;
    int row = int(padded_row) - int(PADDING_HEIGHT);
    int column = (int(index / QUADS % BLOCKS) - int((PADDING_WIDTH + 3) / 4)) * 4;
    bool inside = row >= 0 && row < int(HEIGHT) && column >= 0 && column < int(WIDTH);
    vec4 values[4];
    [[unroll]] for (uint i = 0; i < 4; i++) {
        bool is_there = inside && quad * 4 + i < GROUP_CHANNELS;
        uint cell = ((map * GROUP_CHANNELS + quad * 4 + i) * HEIGHT + uint(row)) * WIDTH + uint(column);
        cell = is_there ? cell : 0;
        vec4 columns = elements(x, cell);
        values[i] = is_there ? columns : vec4(0.0);
    }
    uint begin = (map * PADDED_HEIGHT + padded_row) * PADDED_WIDTH;
    [[unroll]] for (int i = 0; i < 4; i++) {
        int padded = column + i + int(PADDING_WIDTH);
        if (padded >= 0 && padded < int(PADDED_WIDTH))
            y[(begin + uint(padded)) * QUADS + quad] =
                real4(vec4(values[0][i], values[1][i], values[2][i], values[3][i]));
    }
}
#endif

void main() {
    uint index = linear_index();
#ifdef TEXEL
    if (BLOCKS != 0) {
        pack_block(index);
        return;
    }
#endif
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
