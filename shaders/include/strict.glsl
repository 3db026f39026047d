// What a kernel is built from that keeps the same bits on every device. One that includes this file is compiled a
// further time, with STRICT defined, and then held to these rules by a test of its SPIR-V (StrictKernelTests):
//   - float arithmetic is +, - and * alone, its results EXACT: correctly rounded and never contracted to a fused
//     multiply-add. The order of sums is fixed. Comparisons, integers and conversions between the two are exact by
//     themselves.
//   - every float that a kernel loads or stores is +0 or at least TINY in magnitude. Drivers differ in what becomes of
//     subnormal numbers, and so none ever occurs: a product of two such numbers is 0 or at least 2^-100, hence a
//     multiple of 2^-123, and so is every sum of such products, rounded or not; the smallest normal number is 2^-126.
#ifndef STRICT_GLSL
#define STRICT_GLSL

#ifdef STRICT

#define EXACT precise
// The optimiser of SPIR-V (spirv-opt, which drivers use too) forgets in the copies that it makes of a loop's body that
// they are EXACT, and then contracts them.
#define UNROLL
const float TINY = 8.8817842e-16;  // 2^-50

// What is stored: magnitudes below TINY, and with them -0, become +0. NaN stays.
float stored(float x) {
    return abs(x) < TINY ? 0.0 : x;
}

vec4 stored4(vec4 x) {
    return vec4(stored(x.x), stored(x.y), stored(x.z), stored(x.w));
}

// What the next operator would load, had this one stored it: with it fused operators give the bits of single ones.
#define passed(x) stored(x)

// 1 / x to within one and a half units in the last place for 2^-50 <= x <= 2^100, exact for powers of two: a guess from
// the exponent, off by at most an eighth, whose error each of Newton's steps squares.
float reciprocal(float x) {
    precise float y = uintBitsToFloat(0x7EF311C3u - floatBitsToUint(x));
    y = y + y * (1.0 - x * y);
    y = y + y * (1.0 - x * y);
    y = y + y * (1.0 - x * y);
    y = y + y * (1.0 - x * y);
    return y;
}

float divide(float a, float b) {
    precise float quotient = a * reciprocal(b);
    return quotient;
}

float multiply_add(float a, float b, float c) {
    precise float sum = a * b + c;
    return sum;
}

#else

#define EXACT
#define UNROLL [[unroll]]
#define stored(x) real(x)
#define stored4(x) real4(x)
#define passed(x) (x)
#define multiply_add(a, b, c) fma(a, b, c)

float divide(float a, float b) {
    precise float quotient = a / b;
    return quotient;
}

#endif
#endif
