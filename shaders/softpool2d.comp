#version 450
#extension GL_GOOGLE_include_directive : require
// 2-D SoftPool, weights per channel: y = m + sum_i e_i (x_i - m) / sum_i e_i over the real cells of each window, with
// m the window's largest value and e_i = exp(x_i - m). The sum of the e_i is at least 1, so nothing overflows or
// divides by zero for any finite input.
//
// Bindings      0 input (N, C, H, W) f32; 1 output (N, C, OH, OW) f32
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions every window holds at least one real cell (padding at most half the kernel)
#include "pool2d.glsl"
#include "exp.glsl"

layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };

const float LARGEST_FLOAT = 3.40282347e38;

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
            largest = value > largest ? value : largest;
        }

    precise float weighted = 0.0;
    precise float total = 0.0;
    for (uint row = window.top; row < window.bottom; row++)
        for (uint column = window.left; column < window.right; column++) {
            // A difference of two floats can exceed the largest one; as -infinity it would make 0 * infinity.
            precise float difference = x[plane + row * WIDTH + column] - largest;
            difference = difference < -LARGEST_FLOAT ? -LARGEST_FLOAT : difference;
            float e = exp_nonpositive(difference);
            weighted += e * difference;
            total += e;
        }
    y[index] = largest + weighted / total;
}
