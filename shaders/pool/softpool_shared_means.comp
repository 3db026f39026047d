#version 450
#extension GL_GOOGLE_include_directive : require
// Of SoftPool over long windows with weights shared across channels: of each slice of a window the sum of the w_i x_ci,
// with
// w_i = s_i exp(m_i - m) / s, and its smallest and largest value.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (3, SLICES, N, C, OD, OH, OW) f32; 2 (m_i, s_i) of each cell (N,
//                 D * H * W) f32;
//               3 (m, s) of each window (N, OD * OH * OW) f32
// Dispatch      one invocation a slice, GroupCount.Linear
// Preconditions those of softpool_shared
#include "texel.glsl"
#include "strict.glsl"
#include "pool_slice.glsl"
#include "exp.glsl"

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { float parts[]; };
layout(binding = 2) readonly buffer Sums { vec2 sums[]; };
layout(binding = 3) readonly buffer WindowSums { vec2 of_windows[]; };

void main() {
    uint index = linear_index(), outputs = BATCH * CHANNELS * OUT_PLANE, count = SLICES * outputs;
    if (index >= count)
        return;
    uint slice = index / outputs;
    Window window = window_of(index % outputs);
    uint image = window.image * PLANE, map = (window.image * CHANNELS + window.channel) * PLANE;
    vec2 whole = of_windows[window.image * OUT_PLANE + index % OUT_PLANE];

    precise float mean = 0.0;
    float low = LARGEST_FLOAT;
    float high = -LARGEST_FLOAT;
    FOR_EACH_CELL_OF_SLICE(window, slice, at) {
        uint cell = cell_of(at.x, at.y, at.z);
        vec2 sum = sums[image + cell];
        precise float exponential = sum.y * exp_nonpositive(difference_to_largest(sum.x, whole.x));
        float weight = passed(divide(exponential, whole.y));
        float value = element(x, map + cell);
        mean += weight * value;
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    parts[index] = mean;
    parts[count + index] = low;
    parts[2 * count + index] = high;
}
