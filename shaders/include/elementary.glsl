// Elementary functions of any number, within the rules of strict.glsl where those hold. Special values are torch's:
// log(0) is -infinity, log and root of negative numbers are NaN, and NaN stays.
#ifndef ELEMENTARY_GLSL
#define ELEMENTARY_GLSL
#include "exp.glsl"
#include "root.glsl"

#define NOT_A_NUMBER uintBitsToFloat(0x7FC00000u)
#define INFINITY uintBitsToFloat(0x7F800000u)

// e^x, to about one unit in the last place; 0 below LEAST_EXPONENT. 2^k comes as two factors, for 2^128 is no float.
float exponential(float x) {
    const float MOST_EXPONENT = 88.73;
    float held = x < LEAST_EXPONENT ? LEAST_EXPONENT : x > MOST_EXPONENT ? MOST_EXPONENT : x;
    precise float nearest = held * LOG2_E + (held < 0.0 ? -0.5 : 0.5);
    int k = int(nearest), first = k >> 1;
    precise float y = exp_over_power(held, k) * power_of_two(first) * power_of_two(k - first);
    return x < LEAST_EXPONENT ? 0.0 : y;
}

// x = 2^k m with m from sqrt(1/2) to sqrt(2): k ln 2 + 2 artanh(s) with s = (m - 1) / (m + 1), by its series to s^11;
// the next term is below 2^-33 of the result. Subnormal numbers are multiplied by 2^24 first.
float logarithm(float x) {
    bool is_subnormal = x < 1.17549435e-38;
    precise float lifted = x * (is_subnormal ? 16777216.0 : 1.0);
    uint bits = floatBitsToUint(lifted);
    int k = int(bits >> 23 & 0xFFu) - (is_subnormal ? 151 : 127);
    float m = uintBitsToFloat((bits & 0x7FFFFFu) | 0x3F800000u);
    precise float halved = m * 0.5;
    if (m > 1.41421356) {
        m = halved;
        k++;
    }
    precise float difference = m - 1.0, total = m + 1.0;
    float s = divide(difference, total);
    precise float square = s * s;
    precise float p = 9.09090909e-2;
    p = p * square + 1.11111111e-1;
    p = p * square + 1.42857143e-1;
    p = p * square + 0.2;
    p = p * square + 3.33333333e-1;
    p = p * square + 1.0;
    precise float y = s * 2.0 * p + float(k) * LN2_LOW + float(k) * LN2_HIGH;
    float special = x < 0.0 ? NOT_A_NUMBER : x == 0.0 ? -INFINITY : x;
    return x > 0.0 && x <= LARGEST_FLOAT ? y : special;
}

float root(float x) {
#ifdef STRICT
    precise float y = x * reciprocal_root(x);
#else
    float y = sqrt(x);
#endif
    float special = x < 0.0 ? NOT_A_NUMBER : x;
    return x > 0.0 && x <= LARGEST_FLOAT ? y : special;
}

// 1 / x. With strict numerics it would be stored as 0 beyond 2^50.
float reciprocal_of(float x) {
#ifdef STRICT
    float magnitude = abs(x);
    float y = magnitude > 2251799813685248.0 ? 0.0 : magnitude < TINY ? INFINITY : reciprocal(magnitude);
    return x < 0.0 ? -y : y;
#else
    return x == 0.0 ? uintBitsToFloat(floatBitsToUint(x) | 0x7F800000u) : divide(1.0, x);
#endif
}

// The largest integer not above x; from 2^23 on every float is an integer.
float whole_below(float x) {
    float held = abs(x) < 8388608.0 ? x : 0.0;
    float whole = float(int(held));
    precise float below = whole - 1.0;
    return !(abs(x) < 8388608.0) ? x : whole > held ? below : whole;
}

// The nearest integer, of two the even one: the integer below or the one behind it. The difference to it is exact.
float nearest_whole(float x) {
    float below = whole_below(x);
    precise float rest = x - below, halved = below * 0.5, above = below + 1.0;
    bool is_odd = whole_below(halved) < halved;
    return rest > 0.5 || (rest >= 0.5 && is_odd) ? above : below;
}
#endif
