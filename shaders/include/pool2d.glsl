// What the pooling kernels share: their shape as specialization constants, in the order of LoweringStep.DispatchPool,
// and the real cells under a window. Padding takes no part in any pooling, so a window is just its cells that exist.
#include "index.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint HEIGHT = 1;
layout(constant_id = 3) const uint WIDTH = 1;
layout(constant_id = 4) const uint OUT_HEIGHT = 1;
layout(constant_id = 5) const uint OUT_WIDTH = 1;
layout(constant_id = 6) const uint KERNEL_HEIGHT = 1;
layout(constant_id = 7) const uint KERNEL_WIDTH = 1;
layout(constant_id = 8) const uint STRIDE_HEIGHT = 1;
layout(constant_id = 9) const uint STRIDE_WIDTH = 1;
layout(constant_id = 10) const uint PADDING_HEIGHT = 0;
layout(constant_id = 11) const uint PADDING_WIDTH = 0;

struct Window {
    uint image, channel;
    uint top, bottom, left, right;  // rows [top, bottom), columns [left, right)
};

// The window of output element number `index` of (N, C, OUT_HEIGHT, OUT_WIDTH).
Window window_of(uint index) {
    uint column = index % OUT_WIDTH;
    uint row = index / OUT_WIDTH % OUT_HEIGHT;
    uint channel = index / (OUT_WIDTH * OUT_HEIGHT) % CHANNELS;
    uint image = index / (OUT_WIDTH * OUT_HEIGHT * CHANNELS);
    int top = int(row * STRIDE_HEIGHT) - int(PADDING_HEIGHT);
    int left = int(column * STRIDE_WIDTH) - int(PADDING_WIDTH);
    return Window(
        image, channel,
        uint(max(top, 0)), uint(min(top + int(KERNEL_HEIGHT), int(HEIGHT))),
        uint(max(left, 0)), uint(min(left + int(KERNEL_WIDTH), int(WIDTH))));
}
