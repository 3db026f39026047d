#version 450
#extension GL_GOOGLE_include_directive : require
// Average pooling over 1 to 3 axes: the sum of each window's real cells over their number, or, if COUNT_PADDING, over
// that
// of its cells within the padded map.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (N, C, OD, OH, OW) real
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions every window holds at least one real cell (padding at most half the kernel)
#include "texel.glsl"
#include "strict.glsl"
#include "pool.glsl"

layout(constant_id = 17) const uint COUNT_PADDING = 0;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * CHANNELS * OUT_PLANE)
        return;
    Window window = window_of(index);
    uint map = (window.image * CHANNELS + window.channel) * PLANE;

    // Row by row, so that long sums lose less: a global pool has thousands of cells.
    precise float sum = 0.0;
    for (uint slice = window.first.x; slice < window.end.x; slice++)
        for (uint row = window.first.y; row < window.end.y; row++) {
            precise float part = 0.0;
            for (uint column = window.first.z; column < window.end.z; column++)
                part += element(x, map + cell_of(slice, row, column));
            sum += part;
        }
    y[index] = stored(divide(sum, count_of(window, COUNT_PADDING)));
}
