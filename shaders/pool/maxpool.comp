#version 450
#extension GL_GOOGLE_include_directive : require
// Max pooling over 1 to 3 axes: the largest real cell of each window; NaN if one of them is.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (N, C, OD, OH, OW) real
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions every window holds at least one real cell (padding at most half the kernel)
#include "texel.glsl"
#include "strict.glsl"
#include "pool.glsl"

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
        largest = value > largest || value != value ? value : largest;
    }
    y[index] = stored(largest);
}
