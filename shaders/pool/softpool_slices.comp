#version 450
#extension GL_GOOGLE_include_directive : require
// First half of SoftPool over long windows, weights per channel: of each slice of a window's real cells its largest
// value m, and the
// sums of the e_i (x_i - m) and of the e_i = exp(x_i - m).
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (3, SLICES, N, C, OD, OH, OW) f32
// Dispatch      one invocation a slice, GroupCount.Linear
// Preconditions those of softpool
#include "texel.glsl"
#include "strict.glsl"
#include "pool_slice.glsl"
#include "exp.glsl"

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { float parts[]; };

void main() {
    uint index = linear_index(), outputs = BATCH * CHANNELS * OUT_PLANE, count = SLICES * outputs;
    if (index >= count)
        return;
    Window window = window_of(index % outputs);
    uint slice = index / outputs, map = (window.image * CHANNELS + window.channel) * PLANE;

    // Above -infinity, and for empty slices: beside others they may weigh nothing.
    precise float largest = -LARGEST_FLOAT;
    FOR_EACH_CELL_OF_SLICE(window, slice, at) {
        float value = element(x, map + cell_of(at.x, at.y, at.z));
        largest = value > largest ? value : largest;
    }
    precise float weighted = 0.0;
    precise float total = 0.0;
    FOR_EACH_CELL_OF_SLICE(window, slice, at) {
        float difference = difference_to_largest(element(x, map + cell_of(at.x, at.y, at.z)), largest);
        float e = exp_nonpositive(difference);
        weighted += e * difference;
        total += e;
    }
    parts[index] = largest;
    parts[count + index] = passed(weighted);
    parts[2 * count + index] = total;
}
