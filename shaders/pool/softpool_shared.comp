#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of SoftPool with weights shared across channels: y_c = sum_i w_i x_ci over the real cells of each window,
// w_i = s_i exp(m_i - m) / sum_j s_j exp(m_j - m), with m_i and s_i from softpool_shared_sums and m the largest m_i of
// the
// window. The shift is the window's own: no single one is safe for a whole map.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (N, C, OD, OH, OW) real; 2 (m, s) of each cell (N, D * H * W)
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions every window holds at least one real cell (padding at most half the kernel)
#include "storage.glsl"
#include "strict.glsl"
#include "pool.glsl"
#include "exp.glsl"

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Sums { vec2 sums[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * OUT_PLANE)
        return;
    Window window = window_of(index);
    uint image = window.image * PLANE;
    uint map = (window.image * CHANNELS + window.channel) * PLANE;

    precise float largest = -LARGEST_FLOAT;
    FOR_EACH_CELL(window, cell) {
        float value = sums[image + cell].x;
        largest = value > largest ? value : largest;
    }
    precise float total = 0.0;
    FOR_EACH_CELL(window, cell) {
        vec2 sum = sums[image + cell];
        total += sum.y * exp_nonpositive(difference_to_largest(sum.x, largest));
    }

    // A mean lies between its smallest and its largest term. Rounding can leave that range, at the end of the floats
    // even for infinity, so it is held there; NaN passes through every comparison.
    precise float mean = 0.0;
    float low = LARGEST_FLOAT;
    float high = -LARGEST_FLOAT;
    FOR_EACH_CELL(window, cell) {
        vec2 sum = sums[image + cell];
        precise float exponential = sum.y * exp_nonpositive(difference_to_largest(sum.x, largest));
        float weight = passed(divide(exponential, total));
        float value = float(x[map + cell]);
        mean += weight * value;
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    mean = mean < low ? low : mean;
    y[index] = stored(mean > high ? high : mean);
}
