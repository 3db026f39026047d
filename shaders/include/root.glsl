// Roots, within the rules of strict.glsl where those hold.
#ifndef ROOT_GLSL
#define ROOT_GLSL
#include "strict.glsl"

#ifdef STRICT

// 1 / sqrt(x) for a normal x above 0: a guess from the exponent, off by at most a thirtieth, whose error each of
// Newton's steps squares.
float reciprocal_root(float x) {
    precise float y = uintBitsToFloat(0x5F375A86u - (floatBitsToUint(x) >> 1));
    y = y * (1.5 - 0.5 * x * y * y);
    y = y * (1.5 - 0.5 * x * y * y);
    y = y * (1.5 - 0.5 * x * y * y);
    y = y * (1.5 - 0.5 * x * y * y);
    return y;
}

#else

float reciprocal_root(float x) {
    return inversesqrt(x);
}

#endif
#endif
