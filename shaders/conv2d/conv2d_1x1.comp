#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// 2-D convolution by 1x1 kernels, with bias and the pointwise operator that follows, lanes along the pixels, four each.
// The input is read as it is, and what a subgroup stores of a channel lies side by side. A lane loads the weights of
// VECTORS output channels, and the others get them by shuffles: in a driver that runs on a processor a load costs many
// multiply-adds and a shuffle one.
//
// Bindings      0 input (N, C, PLANE) real; 1 output (N, O, PLANE) real;
//               2 weight (tiles, C / 4, VECTORS, LANES, 4) real, what is beyond the shape zero;
//               3 bias (tiles, VECTORS, LANES); 4 the shape, as below
// Dispatch      x: ceil(N * PLANE / 4 / LANES), y: tiles; one subgroup each
// Preconditions LANES is the subgroup's size; 4 divides C and PLANE
//
// The shape comes in a buffer and not in specialization constants: all layers share one compiled kernel.
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 2
#include "pointwise.glsl"

layout(constant_id = 0) const uint LANES = 8;
layout(constant_id = 1) const uint VECTORS = 1;
layout(local_size_x_id = 0) in;

READ_QUADS(0, Input, x4);
layout(binding = 1) writeonly buffer Output { real4 y4[]; };
READ_QUADS(2, Weight, weight);
layout(binding = 3) readonly buffer Bias { float bias[]; };
layout(binding = 4) readonly buffer Shape {
    uint quads;         // of all images' pixels
    uint plane;         // quads of one map
    uint channels;
    uint out_channels;
} shape;

const uint OUTPUTS = VECTORS * LANES;

void main() {
    uint lane = gl_SubgroupInvocationID, first = gl_WorkGroupID.y * OUTPUTS;
    // Read once: inside of the loop each would be a load.
    uint plane = shape.plane, channels = shape.channels, out_channels = shape.out_channels;
    // Quads beyond the last compute the last one again, and are not stored.
    uint pixels = gl_WorkGroupID.x * LANES + lane, last = shape.quads - 1, held = min(pixels, last);
    uint image = held / plane, place = held % plane;

    EXACT vec4 sum[OUTPUTS];
    UNROLL for (uint v = 0; v < VECTORS; v++) {
        float own = bias[first + v * LANES + lane];
        UNROLL for (uint l = 0; l < LANES; l++)
            sum[v * LANES + l] = vec4(subgroupShuffle(own, l));
    }
    uint from = image * channels * plane + place, w = first * (channels / 4) + lane;
    for (uint c = 0; c < channels; c += 4) {
        vec4 value[4], taps[VECTORS];
        UNROLL for (uint k = 0; k < 4; k++)
            value[k] = quad(x4, from + k * plane);
        UNROLL for (uint v = 0; v < VECTORS; v++)
            taps[v] = quad(weight, w + v * LANES);
        from += 4 * plane;
        w += OUTPUTS;
        UNROLL for (uint v = 0; v < VECTORS; v++)
            UNROLL for (uint l = 0; l < LANES; l++)
                UNROLL for (uint k = 0; k < 4; k++)
                    sum[v * LANES + l] += subgroupShuffle(taps[v][k], l) * value[k];
    }

    if (pixels > last)
        return;
    UNROLL for (uint i = 0; i < OUTPUTS; i++)
        if (first + i < out_channels) {
            vec4 result;
            UNROLL for (uint j = 0; j < 4; j++)
                result[j] = pointwise(sum[i][j]);
            // At once: drivers of processors store lane by lane, whatever the size.
            y4[(image * out_channels + first + i) * plane + place] = stored4(result);
        }
}
