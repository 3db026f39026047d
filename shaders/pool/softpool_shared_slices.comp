#version 450
#extension GL_GOOGLE_include_directive : require
// Of SoftPool over long windows with weights shared across channels: the sum of exponentials of each slice of a window,
// by its largest
// m_i and the sum of the s_i exp(m_i - m), with m_i and s_i from softpool_shared_sums.
//
// Bindings      0 (m, s) of each cell (N, D * H * W) f32; 1 output (N, SLICES, OD * OH * OW) of (m, s) f32, for
//                 sums_of_slices
// Dispatch      one invocation a slice, GroupCount.Linear
// Preconditions those of softpool_shared
#include "storage.glsl"
#include "strict.glsl"
#include "pool_slice.glsl"
#include "exp.glsl"

layout(binding = 0) readonly buffer Sums { vec2 sums[]; };
layout(binding = 1) writeonly buffer Output { vec2 of_slices[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * SLICES * OUT_PLANE)
        return;
    uint image = index / OUT_PLANE / SLICES, slice = index / OUT_PLANE % SLICES;
    Window window = window_of(index % OUT_PLANE);

    precise float largest = -LARGEST_FLOAT;
    FOR_EACH_CELL_OF_SLICE(window, slice, at) {
        float value = sums[image * PLANE + cell_of(at.x, at.y, at.z)].x;
        largest = value > largest ? value : largest;
    }
    precise float total = 0.0;
    FOR_EACH_CELL_OF_SLICE(window, slice, at) {
        vec2 sum = sums[image * PLANE + cell_of(at.x, at.y, at.z)];
        total += sum.y * exp_nonpositive(difference_to_largest(sum.x, largest));
    }
    of_slices[index] = vec2(largest, total);
}
