#version 450
#extension GL_GOOGLE_include_directive : require
// Bytes or 16-bit floats that the CPU has written to 32-bit floats, the network's input. Each value is exact, and no
// device needs 16-bit storage for it.
// Only in 32 bits, as a network's input is.
//
// Bindings      0 words of four bytes or two floats, the first in the lowest bits; 1 f32
// Dispatch      one invocation an element, GroupCount.Linear
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint FIRST = 0;  // the element that becomes the first
layout(constant_id = 2) const uint BITS = 8;   // of an element, 8 or 16

layout(binding = 0) readonly buffer Words { uint words[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };

float of_half(uint bits) {
    uint sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31u, fraction = bits & 1023u;
    // Below the normal numbers they are multiples of 2^-24.
    if (exponent == 0)
        return uintBitsToFloat(sign | floatBitsToUint(float(fraction) * 5.9604644775390625e-8));
    return uintBitsToFloat(sign | (exponent == 31 ? 255u : exponent + 112u) << 23 | fraction << 13);
}

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint element = FIRST + index, in_word = 32 / BITS;
    uint bits = words[element / in_word] >> element % in_word * BITS & (BITS == 8 ? 0xFFu : 0xFFFFu);
    y[index] = BITS == 8 ? float(bits) : of_half(bits);
}
