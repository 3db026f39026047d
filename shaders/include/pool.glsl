// What the pooling kernels share: their shape as specialization constants, in the order of Pooling.Dispatch, and the
// real
// cells under a window. Maps have three axes; those that a network's maps lack have an extent of 1. A kernel's own
// constants begin at 17.
#include "index.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint DEPTH = 1;
layout(constant_id = 3) const uint HEIGHT = 1;
layout(constant_id = 4) const uint WIDTH = 1;
layout(constant_id = 5) const uint OUT_DEPTH = 1;
layout(constant_id = 6) const uint OUT_HEIGHT = 1;
layout(constant_id = 7) const uint OUT_WIDTH = 1;
layout(constant_id = 8) const uint KERNEL_DEPTH = 1;
layout(constant_id = 9) const uint KERNEL_HEIGHT = 1;
layout(constant_id = 10) const uint KERNEL_WIDTH = 1;
layout(constant_id = 11) const uint STRIDE_DEPTH = 1;
layout(constant_id = 12) const uint STRIDE_HEIGHT = 1;
layout(constant_id = 13) const uint STRIDE_WIDTH = 1;
layout(constant_id = 14) const uint PADDING_DEPTH = 0;
layout(constant_id = 15) const uint PADDING_HEIGHT = 0;
layout(constant_id = 16) const uint PADDING_WIDTH = 0;

const uint PLANE = DEPTH * HEIGHT * WIDTH;
const uint OUT_PLANE = OUT_DEPTH * OUT_HEIGHT * OUT_WIDTH;

struct Window {
    uint image, channel;
    ivec3 begin;        // where it begins along depth, height and width, padding included
    uvec3 first, end;   // its real cells: [first, end)
};

// The window of output element number `index` of (N, C, OUT_DEPTH, OUT_HEIGHT, OUT_WIDTH).
Window window_of(uint index) {
    ivec3 place = ivec3(
        index / (OUT_WIDTH * OUT_HEIGHT) % OUT_DEPTH, index / OUT_WIDTH % OUT_HEIGHT, index % OUT_WIDTH);
    ivec3 begin = place * ivec3(STRIDE_DEPTH, STRIDE_HEIGHT, STRIDE_WIDTH)
        - ivec3(PADDING_DEPTH, PADDING_HEIGHT, PADDING_WIDTH);
    ivec3 end = begin + ivec3(KERNEL_DEPTH, KERNEL_HEIGHT, KERNEL_WIDTH);
    return Window(
        index / OUT_PLANE / CHANNELS, index / OUT_PLANE % CHANNELS, begin,
        uvec3(max(begin, 0)), uvec3(min(end, ivec3(DEPTH, HEIGHT, WIDTH))));
}

// The number of a cell in its map.
uint cell_of(uint slice, uint row, uint column) {
    return (slice * HEIGHT + row) * WIDTH + column;
}

// What the sum of a window's cells is divided by for their mean: the number of the real ones, or of those within the
// padded map.
float count_of(Window window, uint with_padding) {
    ivec3 padded_end = min(
        window.begin + ivec3(KERNEL_DEPTH, KERNEL_HEIGHT, KERNEL_WIDTH),
        ivec3(DEPTH + PADDING_DEPTH, HEIGHT + PADDING_HEIGHT, WIDTH + PADDING_WIDTH));
    ivec3 size = with_padding != 0 ? padded_end - window.begin : ivec3(window.end - window.first);
    // Padding may make more cells than an integer counts.
    precise float count = float(size.x * size.y) * float(size.z);
    return count;
}

// Goes through the real cells of a window; `cell` is each one's number in its map.
#define FOR_EACH_CELL(window, cell)                                                     \
    for (uint slice = window.first.x; slice < window.end.x; slice++)                    \
        for (uint row = window.first.y; row < window.end.y; row++)                      \
            for (uint cell = cell_of(slice, row, window.first.z),                       \
                      past = cell_of(slice, row, window.end.z); cell < past; cell++)
