// The body of the convolution kernels whose lanes run along output channels. Define WORD_FLOATS (4 or 8) first: how many
// consecutive inputs, or weights of one output channel, a lane loads at once. Drivers that run on a processor check and
// gather each lane's load by itself, whatever its width, and pay most of their time for that; so loads are as wide as
// the language has them, and each lane's word is shared with the others by shuffles, which cost an instruction.
//
// A subgroup computes VECTORS * LANES channels of PIXELS pixels. Its lanes load one pixel's inputs each, and one channel's
// weights each; the inputs of pixel p then come from lane p % LANES. The inputs lie as conv2d_pack.comp leaves them, so
// that all that a window sees of one row is one run of words, with nothing to test.
//
// The shape comes in a buffer and not in specialization constants: all layers share one compiled kernel.
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#define POINTWISE_ID 3
#include "pointwise.glsl"

layout(constant_id = 0) const uint LANES = 8;
layout(constant_id = 1) const uint VECTORS = 1;
layout(constant_id = 2) const uint PIXELS = 8;
layout(local_size_x_id = 0) in;

#ifdef FP16
#if WORD_FLOATS == 8
#define WORD u64vec2
#else
#define WORD uvec2
#endif
#elif WORD_FLOATS == 8
#define WORD u64vec4
#else
#define WORD u64vec2
#endif

layout(binding = 0) readonly buffer Input { WORD x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Weight { WORD weight[]; };
layout(binding = 3) readonly buffer Bias { float bias[]; };
layout(binding = 4) readonly buffer Shape {
    uint out_plane;       // pixels of one image
    uint out_width;
    uint groups;
    uint tiles;           // of VECTORS * LANES channels, in one group
    uint group_channels;  // output channels of one group
    uint map;             // words of one group of one image
    uint row;             // words from one output row's windows to the next one's
    uint column;          // words from one window to the next in its row
    uint window;          // words of one window
    uint run;             // words of one window's row
    uint jump;            // words from the end of one run to the beginning of the next
} shape;

#ifdef FP16
vec4 unpack_pair(uvec2 word) {
    return vec4(unpackHalf2x16(word.x), unpackHalf2x16(word.y));
}
#else
vec4 unpack_pair(u64vec2 word) {
    return uintBitsToFloat(uvec4(unpackUint2x32(word.x), unpackUint2x32(word.y)));
}
#endif

float[WORD_FLOATS] unpack(WORD word) {
#if WORD_FLOATS == 4
    vec4 low = unpack_pair(word);
    return float[4](low.x, low.y, low.z, low.w);
#else
#ifdef FP16
    vec4 low = unpack_pair(unpackUint2x32(word.x)), high = unpack_pair(unpackUint2x32(word.y));
#else
    vec4 low = unpack_pair(word.xy), high = unpack_pair(word.zw);
#endif
    return float[8](low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w);
#endif
}

const uint BLOCKS = PIXELS / LANES;

void main() {
    uint lane = gl_SubgroupInvocationID;
    uint tile = gl_WorkGroupID.y % shape.tiles, group = gl_WorkGroupID.y / shape.tiles;
    uint first = gl_WorkGroupID.x * PIXELS;
    // Read once: inside of the loop each would be a load.
    uint window = shape.window, run = shape.run, jump = shape.jump, plane = shape.out_plane;
    uint pixels = x.length() / (shape.groups * shape.map) * plane;  // of all images

    // Where the lane's pixels' windows begin. Pixels beyond the last compute the last one again, and are not stored.
    uint at[BLOCKS];
    [[unroll]] for (uint b = 0; b < BLOCKS; b++) {
        uint pixel = min(first + b * LANES + lane, pixels - 1);
        uint place = pixel % plane;
        at[b] = (pixel / plane * shape.groups + group) * shape.map
            + place / shape.out_width * shape.row + place % shape.out_width * shape.column;
    }
    uint channel = gl_WorkGroupID.y * VECTORS * LANES + lane;
    float sum[VECTORS][PIXELS];
    [[unroll]] for (uint i = 0; i < VECTORS; i++)
        [[unroll]] for (uint p = 0; p < PIXELS; p++)
            sum[i][p] = bias[channel + i * LANES];

    uint w = gl_WorkGroupID.y * window * VECTORS * LANES + lane;
    uint offset = 0, in_run = 0;
    for (uint word = 0; word < window; word++) {
        float value[BLOCKS][WORD_FLOATS], taps[VECTORS][WORD_FLOATS];
        [[unroll]] for (uint b = 0; b < BLOCKS; b++)
            value[b] = unpack(x[at[b] + offset]);
        [[unroll]] for (uint i = 0; i < VECTORS; i++)
            taps[i] = unpack(weight[w + i * LANES]);
        w += VECTORS * LANES;
        offset++;
        if (++in_run == run) {
            in_run = 0;
            offset += jump;
        }
        [[unroll]] for (uint p = 0; p < PIXELS; p++)
            [[unroll]] for (uint k = 0; k < WORD_FLOATS; k++) {
                float shared_value = subgroupShuffle(value[p / LANES][k], p % LANES);
                [[unroll]] for (uint i = 0; i < VECTORS; i++)
                    sum[i][p] += taps[i][k] * shared_value;
            }
    }

    [[unroll]] for (uint p = 0; p < PIXELS; p++) {
        uint pixel = first + p;
        if (pixel < pixels) {
            uint image = pixel / plane * shape.groups + group;
            [[unroll]] for (uint i = 0; i < VECTORS; i++) {
                uint in_group = (tile * VECTORS + i) * LANES + lane;
                if (in_group < shape.group_channels)
                    y[(image * shape.group_channels + in_group) * plane + pixel % plane] = real(pointwise(sum[i][p]));
            }
        }
    }
}
