#ifndef EXP_GLSL
#define EXP_GLSL
#include "strict.glsl"

// The least x whose exponential is not 0: that of the smallest normal float, or in STRICT of TINY.
#ifdef STRICT
const float LEAST_EXPONENT = -34.65;
#else
const float LEAST_EXPONENT = -87.33;
#endif

// ln 2 is split in two so that k * LN2_HIGH is exact.
const float LOG2_E = 1.44269504;
const float LN2_HIGH = 0.693359375;
const float LN2_LOW = -2.12194440e-4;

float power_of_two(int k) {
    return intBitsToFloat((k + 127) << 23);
}

// exp(x) / 2^k, x being k ln 2 + r with |r| <= ln 2 / 2: Taylor's series of e^r, to r^7; the next term is below
// 2^-27 of the result.
float exp_over_power(float x, int k) {
    precise float r = (x - float(k) * LN2_HIGH) - float(k) * LN2_LOW;
    precise float p = 1.98412698e-4;
    p = p * r + 1.38888889e-3;
    p = p * r + 8.33333333e-3;
    p = p * r + 4.16666667e-2;
    p = p * r + 1.66666667e-1;
    p = p * r + 0.5;
    p = p * (r * r) + r;
    p = p + 1.0;
    return p;
}

// exp(x) for x <= 0, to about one unit in the last place on every device. Vulkan lets the built-in be off by
// 3 + 2|x| units, and drivers use that. 0 below LEAST_EXPONENT; exp_nonpositive(0) is exactly 1.
float exp_nonpositive(float x) {
    float held = x < LEAST_EXPONENT ? LEAST_EXPONENT : x;
    precise float nearest = held * LOG2_E - 0.5;
    int k = int(nearest);
    precise float y = exp_over_power(held, k) * power_of_two(k);
    return x < LEAST_EXPONENT ? 0.0 : y;
}

#ifndef STRICT
// exp(x) for -87 <= x <= 0, off by at most 1.3e-7, in fewer instructions: as a weight beside others of which one is 1.
// Exactly 1 for 0. Do not call it in a loop that is unrolled: spirv-opt forgets in the copies of the body what is
// precise. Where fma is not fused, which Vulkan allows, the product's rounding adds up to 2^-24 |x| of the result, which
// is at most 2.2e-8 of 1.
float exp_in_range(float x) {
    // 2^t, t = x log2 e = k + f with |f| <= 1/2. The polynomial in f is off by at most 9e-8 of 2^f. Added, 1.5 * 2^23
    // leaves no place for a fraction, so that k stands in the lowest bits: drivers take longer to convert.
    const float ROUNDING = 12582912.0;
    precise float rounded = x * LOG2_E + ROUNDING;
    precise float k = rounded - ROUNDING;
    float f = fma(x, LOG2_E, -k);
    float p = fma(1.326472731e-3, f, 9.671512991e-3);
    p = fma(p, f, 5.550733581e-2);
    p = fma(p, f, 0.2402224243);
    p = fma(p, f, 0.6931470037);
    p = fma(p, f, 1.0);
    return intBitsToFloat(floatBitsToInt(p) + (floatBitsToInt(rounded) << 23));
}
#endif

const float LARGEST_FLOAT = 3.40282347e38;

// x - largest for an x not above it. A difference of two floats can exceed the largest one; as -infinity it would make
// 0 * infinity, so it ends at -LARGEST_FLOAT. passed: squares of smaller ones would be subnormal.
float difference_to_largest(float x, float largest) {
    precise float difference = x - largest;
    return passed(difference < -LARGEST_FLOAT ? -LARGEST_FLOAT : difference);
}

// exp(x - largest) for an x not above it, to within 1.3e-7: a weight. NaN if one of them is.
float weight_of(float x, float largest) {
#ifdef STRICT
    return exp_nonpositive(difference_to_largest(x, largest));
#else
    // exp(-87) weighs nothing beside 1. The factor keeps NaN, whatever its bits.
    float difference = x - largest;
    return exp_in_range(difference < -87.0 ? -87.0 : difference) * (difference == difference ? 1.0 : difference);
#endif
}
#endif
