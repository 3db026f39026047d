#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of SoftPool over long windows, weights per channel: the sums of the slices are shifted to the largest
// value m of all of
// them, y = m + sum_k e_k (weighted_k + total_k (m_k - m)) / sum_k e_k total_k with e_k = exp(m_k - m).
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
    precise float largest = -LARGEST_FLOAT;
    for (uint part = index; part < count; part += outputs) {
        float value = parts[part];
        largest = value > largest ? value : largest;
    }
    precise float weighted = 0.0;
    precise float total = 0.0;
    for (uint part = index; part < count; part += outputs) {
        float difference = difference_to_largest(parts[part], largest);
        float e = exp_nonpositive(difference);
        // The exponential first: a large total times a large difference may be infinite.
        precise float of_part = e * parts[2 * count + part];
        weighted += e * parts[count + part];
        weighted += of_part * difference;
        total += of_part;
    }
    precise float mean = largest + divide(weighted, total);
    y[index] = stored(mean);
}
