#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of average pooling over long windows: the sum of the slices' sums over the number of each window's real
// cells, or, if
// COUNT_PADDING, over that of its cells within the padded map.
//
// Bindings      0 sums (SLICES, N, C, OD, OH, OW) f32; 1 output (N, C, OD, OH, OW) real
// Dispatch      one invocation an output element, GroupCount.Linear
// Preconditions those of avgpool
#include "storage.glsl"
#include "strict.glsl"
#include "pool_slice.glsl"

layout(constant_id = 19) const uint COUNT_PADDING = 0;

layout(binding = 0) readonly buffer Sums { float sums[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index(), outputs = BATCH * CHANNELS * OUT_PLANE;
    if (index >= outputs)
        return;
    precise float sum = 0.0;
    for (uint slice = 0; slice < SLICES; slice++)
        sum += sums[slice * outputs + index];
    y[index] = stored(divide(sum, count_of(window_of(index), COUNT_PADDING)));
}
