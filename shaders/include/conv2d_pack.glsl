// The body of the kernels that lay a convolution's input out in words. With TEXEL, it is read as texels.
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

#ifdef TEXEL
layout(binding = 0) uniform samplerBuffer x4;
#define CELL(place) texelFetch(x4, int(place / 4))[place % 4]
#else
layout(binding = 0) readonly buffer Input { real x[]; };
#define CELL(place) float(x[place])
#endif
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
        float value = CELL(cell);
        values[i] = inside ? value : 0.0;
    }
    y[index] = real4(values);
}
