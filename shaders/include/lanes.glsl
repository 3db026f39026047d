// The inner part of matrix products whose lanes run along the columns of the result: output channels. Define
// WORD_FLOATS (4 or
// 8) first: how many consecutive inputs, or weights of one output channel, a lane loads at once.
//
// Drivers that run on a processor check and gather each lane's load by itself, whatever its width, and spend most of
// their
// time on that; so loads are as wide as the language has them, or with TEXEL of texels, and each lane's word is shared
// with the
// others by shuffles, which cost an instruction. A subgroup computes VECTORS * LANES channels of PIXELS pixels. Its
// lanes load one
// pixel's inputs each, and one channel's weights each; the inputs of pixel p then come from lane p % LANES.
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "strict.glsl"

layout(constant_id = 0) const uint LANES = 8;
layout(constant_id = 1) const uint VECTORS = 1;
layout(constant_id = 2) const uint PIXELS = 8;
layout(local_size_x_id = 0) in;

#ifdef TEXEL
#define WORDS(place, block, name) layout(binding = place) uniform samplerBuffer name
#define WORD_COUNT(words) (uint(textureSize(words)) / (WORD_FLOATS / 4))
#define LOAD(words, index) word_of(words, index)

float[WORD_FLOATS] word_of(samplerBuffer words, uint index) {
#if WORD_FLOATS == 4
    vec4 low = texelFetch(words, int(index));
    return float[4](low.x, low.y, low.z, low.w);
#else
    vec4 low = texelFetch(words, int(2 * index)), high = texelFetch(words, int(2 * index + 1));
    return float[8](low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w);
#endif
}
#else
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#define WORDS(place, block, name) layout(binding = place) readonly buffer block { WORD name[]; }
#define WORD_COUNT(words) words.length()
#define LOAD(words, index) unpack(words[index])

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
#endif

const uint BLOCKS = PIXELS / LANES;

// Adds to the sums, VECTORS channels of PIXELS pixels, what one word of each pixel and channel gives. In strict kernels
// the
// sums are declared EXACT.
#define ADD_PRODUCTS(sum, inputs, taps)                                                        \
    UNROLL for (uint p = 0; p < PIXELS; p++)                                                   \
        UNROLL for (uint k = 0; k < WORD_FLOATS; k++) {                                        \
            float of_pixel = subgroupShuffle(inputs[p / LANES][k], p % LANES);                 \
            UNROLL for (uint i = 0; i < VECTORS; i++)                                          \
                sum[i][p] += taps[i][k] * of_pixel;                                            \
        }
