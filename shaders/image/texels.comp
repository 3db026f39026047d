#version 450
#extension GL_GOOGLE_include_directive : require
// The network's output to the texels of images, one image an item: bytes, 16-bit or 32-bit floats. A byte is the value
// of [0, 1] times 255, rounded to the nearest, ties to the even one; NaN is 0. Floats keep their values, those of 16
// bits rounded in the same way. In integers where drivers may round otherwise: every device gives the same bits.
// Only in 32 bits, as a network's output is.
//
// Bindings      0 output of the network (N, C, H, W) f32; 1 texels of each item, row by row without gaps, from a
//                 multiple of ITEM_WORDS on
// Dispatch      one invocation a word, GroupCount.Linear
#include "index.glsl"

layout(constant_id = 0) const uint ITEMS = 1;
layout(constant_id = 1) const uint ITEM_WORDS = 1;
layout(constant_id = 2) const uint PIXELS = 1;      // of an item, H * W
layout(constant_id = 3) const uint CHANNELS = 1;    // of the output
layout(constant_id = 4) const uint COMPONENTS = 1;  // of a texel; one that the output lacks is 1
layout(constant_id = 5) const uint BITS = 8;        // of a component, 8, 16 or 32
layout(constant_id = 6) const uint BLUE_FIRST = 0;  // 1: components 0 and 2 change places

layout(binding = 0) readonly buffer Output { float y[]; };
layout(binding = 1) writeonly buffer Texels { uint texels[]; };

uint half_of(float value) {
    uint bits = floatBitsToUint(value), sign = bits >> 16 & 0x8000u, size = bits & 0x7FFFFFFFu;
    if (size > 0x7F800000u)
        return sign | 0x7E00u;
    if (size >= 0x477FF000u)  // 65520, from which on the nearest is infinite
        return sign | 0x7C00u;
    if (size < 0x38800000u)  // below the normal numbers, multiples of 2^-24
        return sign | uint(roundEven(uintBitsToFloat(size) * 16777216.0));
    return sign | size - 0x38000000u + 0xFFFu + (size >> 13 & 1u) >> 13;
}

uint bits_of(float value) {
    if (BITS == 32)
        return floatBitsToUint(value);
    if (BITS == 16)
        return half_of(value);
    return value > 0.0 ? uint(roundEven(min(value, 1.0) * 255.0)) : 0u;
}

void main() {
    uint index = linear_index();
    if (index >= ITEMS * ITEM_WORDS)
        return;
    uint item = index / ITEM_WORDS, in_word = 32 / BITS, first = index % ITEM_WORDS * in_word, word = 0;
    for (uint i = 0; i < in_word && first + i < PIXELS * COMPONENTS; i++) {
        uint pixel = (first + i) / COMPONENTS, component = (first + i) % COMPONENTS;
        uint channel = BLUE_FIRST == 1 && component < 3 ? 2 - component : component;
        float value = channel < CHANNELS ? y[(item * CHANNELS + channel) * PIXELS + pixel] : 1.0;
        word |= bits_of(value) << i * BITS;
    }
    texels[index] = word;
}
