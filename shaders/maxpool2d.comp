#version 450
#extension GL_GOOGLE_include_directive : require
// 2-D max pooling: the largest real cell of each window; NaN if one of them is.
//
// Bindings      0 input (N, C, H, W) f32; 1 output (N, C, OH, OW) f32
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions every window holds at least one real cell (padding at most half the kernel)
#include "pool2d.glsl"

layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * OUT_HEIGHT * OUT_WIDTH)
        return;
    Window window = window_of(index);
    uint plane = (window.image * CHANNELS + window.channel) * HEIGHT * WIDTH;

    precise float largest = x[plane + window.top * WIDTH + window.left];
    for (uint row = window.top; row < window.bottom; row++)
        for (uint column = window.left; column < window.right; column++) {
            float value = x[plane + row * WIDTH + column];
            largest = value > largest || value != value ? value : largest;
        }
    y[index] = largest;
}
