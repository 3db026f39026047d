#version 450
#extension GL_GOOGLE_include_directive : require
// First half of average pooling over long windows: the sums of the slices of each window's real cells.
//
// Bindings      0 input (N, C, D, H, W) real; 1 output (SLICES, N, C, OD, OH, OW) f32
// Dispatch      one invocation an element of the output, GroupCount.Linear
// Preconditions those of avgpool
#include "texel.glsl"
#include "strict.glsl"
#include "pool_slice.glsl"

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { float sums[]; };

void main() {
    uint index = linear_index(), outputs = BATCH * CHANNELS * OUT_PLANE;
    if (index >= SLICES * outputs)
        return;
    Window window = window_of(index % outputs);
    uint map = (window.image * CHANNELS + window.channel) * PLANE;

    precise float sum = 0.0;
    FOR_EACH_CELL_OF_SLICE(window, index / outputs, at)
        sum += element(x, map + cell_of(at.x, at.y, at.z));
    sums[index] = sum;
}
