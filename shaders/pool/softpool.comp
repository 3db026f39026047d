#version 450
#extension GL_GOOGLE_include_directive : require
// SoftPool over 1 to 3 axes, weights per channel: y = m + sum_i e_i (x_i - m) / sum_i e_i over the real cells of each
// window, with m the window's largest value and e_i = exp(x_i - m). The sum of the e_i is at least 1, so nothing
// overflows
// or divides by zero for any finite input.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (N, C, OD, OH, OW) real
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions every window holds at least one real cell (padding at most half the kernel)
#include "texel.glsl"
#include "strict.glsl"
#include "pool.glsl"
#include "exp.glsl"

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * OUT_PLANE)
        return;
    Window window = window_of(index);
    uint map = (window.image * CHANNELS + window.channel) * PLANE;

    precise float largest = element(x, map + cell_of(window.first.x, window.first.y, window.first.z));
    FOR_EACH_CELL(window, cell) {
        float value = element(x, map + cell);
        largest = value > largest ? value : largest;
    }

    precise float weighted = 0.0;
    precise float total = 0.0;
    FOR_EACH_CELL(window, cell) {
        float difference = difference_to_largest(element(x, map + cell), largest);
        float e = exp_nonpositive(difference);
        weighted += e * difference;
        total += e;
    }
    precise float mean = largest + divide(weighted, total);
    y[index] = stored(mean);
}
