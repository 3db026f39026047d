// Quotients and powers of any two numbers, within the rules of strict.glsl where those hold.
#ifndef POWER_GLSL
#define POWER_GLSL
#include "elementary.glsl"

// a / b. With strict numerics to within two units in the last place: a times the reciprocal of b, both made smaller
// first where b is beyond 2^64.
float quotient(float a, float b) {
#ifdef STRICT
    float magnitude = abs(b);
    bool is_large = magnitude > 18446744073709551616.0, is_special = magnitude < TINY || !(magnitude <= LARGEST_FLOAT);
    precise float dividend = a * (is_large ? 5.42101086e-20 : 1.0);
    precise float divisor = magnitude * (is_large ? 5.42101086e-20 : 1.0);
    precise float y = dividend * reciprocal(is_special ? 1.0 : divisor);
    if (magnitude < TINY)
        y = a > 0.0 ? INFINITY : a < 0.0 ? -INFINITY : NOT_A_NUMBER;
    else if (is_special)
        y = magnitude == INFINITY && abs(a) <= LARGEST_FLOAT ? 0.0 : NOT_A_NUMBER;
    return b < 0.0 ? -y : y;
#else
    return divide(a, b);
#endif
}

// x^y for an x above 0, x = 2^k m with m from sqrt(1/2) to sqrt(2): 2^(k y) m^y. k y is exact, because y comes in parts
// of 16 and 8 bits. To within about 3 + y log2(m) units in the last place; 0 where it is too small to be stored.
float positive_power(float x, float y) {
#ifdef STRICT
    const float LEAST_LOGARITHM = -60.0;
#else
    const float LEAST_LOGARITHM = -160.0;
#endif
    const float MOST_LOGARITHM = 130.0, MOST_EXPONENT = 4294967296.0;
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
    float held = y > MOST_EXPONENT ? MOST_EXPONENT : y < -MOST_EXPONENT ? -MOST_EXPONENT : y;
    float high = uintBitsToFloat(floatBitsToUint(held) & 0xFFFFFF00u);
    precise float low = held - high;
    precise float first = float(k) * high, second = float(k) * low, third = logarithm(m) * LOG2_E * held;
    precise float total = first + third;
    if (total > MOST_LOGARITHM)
        return INFINITY;
    if (total < LEAST_LOGARITHM)
        return 0.0;
    float whole = nearest_whole(first), whole_of_third = nearest_whole(third);
    precise float rest = (first - whole) + (third - whole_of_third) + second, exponent = rest * 0.693147181;
    int n = int(whole) + int(whole_of_third), half_of_n = n >> 1;
    precise float result = exponential(exponent) * power_of_two(half_of_n) * power_of_two(n - half_of_n);
    return result;
}

// x^y; special values are those of C's pow.
float power(float x, float y) {
    float magnitude = abs(x);
    precise float halved = y * 0.5;
    bool is_whole = whole_below(y) == y, is_odd = is_whole && whole_below(halved) != halved;
    bool is_negative = floatBitsToUint(x) >> 31 != 0;
    float result;
    if (y == 0.0 || x == 1.0)
        return 1.0;
    if (x != x || y != y)
        return NOT_A_NUMBER;
    if (magnitude == 0.0 || magnitude > LARGEST_FLOAT)
        result = (magnitude == 0.0) == (y < 0.0) ? INFINITY : 0.0;
    else if (abs(y) > LARGEST_FLOAT)
        result = magnitude == 1.0 ? 1.0 : (magnitude > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    else
        result = is_negative && !is_whole ? NOT_A_NUMBER : positive_power(magnitude, y);
    return is_negative && is_odd ? -result : result;
}
#endif
