#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Second half of a linear layer whose inputs were summed in slices: the slices' sum and the bias, and the pointwise
// operator that follows.
//
// Bindings      0 sums (SLICES, N, FEATURES) f32; 1 output (N, O) real, of which FEATURES features from FIRST on are
//                 written;
//               2 bias f32
// Dispatch      one invocation a feature of an item (N, FEATURES), GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#define POINTWISE_ID 5
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint OUT_FEATURES = 1;
layout(constant_id = 2) const uint FIRST = 0;
layout(constant_id = 3) const uint FEATURES = 1;
layout(constant_id = 4) const uint SLICES = 1;

layout(binding = 0) readonly buffer Sums { float sums[]; };
#include "sum_of_slices.glsl"
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Bias { float bias[]; };

void main() {
    uint index = linear_index();
    if (index >= BATCH * FEATURES)
        return;
    uint feature = index % FEATURES;
    EXACT float sum = sum_of_slices(bias[feature], SLICES, BATCH * FEATURES, index);
    y[index / FEATURES * OUT_FEATURES + FIRST + feature] = stored(pointwise(sum));
}
