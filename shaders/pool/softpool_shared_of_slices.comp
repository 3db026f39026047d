#version 450
#extension GL_GOOGLE_include_directive : require
// Last step of SoftPool over long windows with weights shared across channels: the sum of the slices' sums, held
// between the smallest and
// the largest value as softpool_shared does.
//
// Bindings      0 parts (3, SLICES, N, C, OD, OH, OW) f32; 1 output (N, C, OD, OH, OW) real
// Dispatch      one invocation an output element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "pool_slice.glsl"
#include "exp.glsl"

layout(binding = 0) readonly buffer Parts { float parts[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index(), outputs = BATCH * CHANNELS * OUT_PLANE, count = SLICES * outputs;
    if (index >= outputs)
        return;
    precise float mean = 0.0;
    float low = LARGEST_FLOAT;
    float high = -LARGEST_FLOAT;
    for (uint part = index; part < count; part += outputs) {
        mean += parts[part];
        float lowest = parts[count + part], highest = parts[2 * count + part];
        low = lowest < low ? lowest : low;
        high = highest > high ? highest : high;
    }
    mean = mean < low ? low : mean;
    y[index] = stored(mean > high ? high : mean);
}
