// The body of the kernels that are the second half of a convolution whose sums were divided into parts by a kernel of
// conv2d_gemm.glsl or conv2d_matrix.glsl: the sum of the parts and the bias, and the pointwise operator that follows.
//
// Bindings      0 sums (PARTS, N, O, OH, OW) f32; 1 output (N, O, OH, OW) real;
//               2 bias (GROUPS, PADDED_CHANNELS) f32; 3 with ADDS_RESIDUAL: what is added to the output, real
// Dispatch      one invocation an element of the output, GroupCount.Linear
// Preconditions no specialization constant is 0
#define POINTWISE_ID 6
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint OUT_CHANNELS = 1;
layout(constant_id = 2) const uint OUT_PLANE = 1;
layout(constant_id = 3) const uint GROUPS = 1;
layout(constant_id = 4) const uint PADDED_CHANNELS = 1;  // of a group
layout(constant_id = 5) const uint PARTS = 1;

layout(binding = 0) readonly buffer Sums { float sums[]; };
#include "sum_of_slices.glsl"
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Bias { float bias[]; };
#define RESIDUAL_BINDING 3
#include "residual.glsl"

void main() {
    uint index = linear_index(), count = BATCH * OUT_CHANNELS * OUT_PLANE;
    if (index >= count)
        return;
    uint channel = index / OUT_PLANE % OUT_CHANNELS, group_channels = OUT_CHANNELS / GROUPS;
    float first = bias[channel / group_channels * PADDED_CHANNELS + channel % group_channels];
    y[index] = stored(pointwise(with_residual(sum_of_slices(first, PARTS, count, index), index)));
}
