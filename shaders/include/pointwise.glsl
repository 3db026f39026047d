// The pointwise operator that a kernel computes on the way, by the codes of Pointwise.cs. Define POINTWISE_ID first:
// the specialization constants POINTWISE_ID to POINTWISE_ID + 2 are its code and its coefficients' bits. Without it
// there is function_of, for kernels that compute several. Kernels know the functions up to LAST_FUSED, because they
// hold the code of each once for each element of their tiles, and that has to be compiled; with EVERY_FUNCTION defined
// all.
#ifdef EVERY_FUNCTION
#include "power.glsl"
#include "trigonometry.glsl"
#else
#include "exp.glsl"
#endif

const uint RELU = 1, LEAKY_RELU = 2, SIGMOID = 3, SILU = 4, RELU6 = 5, HARDSIGMOID = 6, HARDSWISH = 7, TANH = 8;
const uint ELU = 9, HARDTANH = 10, LAST_FUSED = 10;
const uint GELU = 11, GELU_BY_TANH = 12, ERF = 13;
const uint SOFTPLUS = 14, SOFTSIGN = 15, MISH = 16, SELU = 17, CELU = 18;
const uint ABS = 19, EXP = 20, LOG = 21, SQRT = 22, RECIPROCAL = 23, FLOOR = 24, CEIL = 25, ROUND = 26;
const uint SIGN = 27, SIN = 28, COS = 29, TAN = 30, LOGICAL_NOT = 31, IS_NAN = 32, IS_INF = 33, THRESHOLD = 34;

// Without overflow for any x: the exponential is of -|x|.
float sigmoid(float x) {
    float e = exp_nonpositive(-abs(x));
    precise float total = 1.0 + e;
    return divide(x < 0.0 ? e : 1.0, total);
}

// From 0 at -3 to 1 at 3.
float hardsigmoid(float x) {
    precise float shifted = x + 3.0;
    precise float y = (shifted < 0.0 ? 0.0 : shifted > 6.0 ? 6.0 : shifted) * (1.0 / 6.0);
    return y;
}

// (1 - e) / (1 + e) with e = exp(-2 |x|); below 1/4, where 1 - e would cancel, Taylor's series to x^11: the next term
// is below 2^-32 of the result.
float hyperbolic_tangent(float x) {
    float magnitude = abs(x);
    float near = magnitude < 0.25 ? x : 0.0;
    precise float square = near * near;
    precise float p = -8.86323553e-3;
    p = p * square + 2.18694885e-2;
    p = p * square + -5.39682540e-2;
    p = p * square + 1.33333333e-1;
    p = p * square + -3.33333333e-1;
    precise float series = near * (p * square + 1.0);
    precise float doubled = magnitude * -2.0;
    float e = exp_nonpositive(magnitude > 64.0 ? -128.0 : doubled);
    precise float difference = 1.0 - e, total = 1.0 + e;
    float quotient = divide(difference, total);
    return magnitude < 0.25 ? series : x < 0.0 ? -quotient : quotient;
}

// exp(x) - 1 for x <= 0; above -1/4, where the difference would cancel, Taylor's series to x^7: the next term is below
// 2^-29 of the result.
float exponential_less_one(float x) {
    float near = x > -0.25 ? x : 0.0;
    precise float p = 1.98412698e-4;
    p = p * near + 1.38888889e-3;
    p = p * near + 8.33333333e-3;
    p = p * near + 4.16666667e-2;
    p = p * near + 1.66666667e-1;
    p = p * near + 0.5;
    precise float series = near * (p * near + 1.0);
    precise float difference = exp_nonpositive(x) - 1.0;
    return x > -0.25 ? series : difference;
}

#ifdef EVERY_FUNCTION
// The probability that a normal variable is above |x|, as in NormalTail.cs: exp(-x^2 / 2) t P(t) with
// t = 1 / (1 + |x| / 4). passed: squares of smaller ones would be subnormal.
float normal_tail(float x) {
    float magnitude = abs(x);
    precise float base = 1.0 + (magnitude > 16.0 ? 16.0 : magnitude) * 0.25;
    float t = divide(1.0, base);
    precise float p = -7.02265416e-3;
    p = p * t + 3.37637301e-2;
    p = p * t + -4.40457187e-2;
    p = p * t + -2.73562877e-2;
    p = p * t + 9.20689957e-2;
    p = p * t + -6.57684384e-2;
    p = p * t + 9.74260357e-2;
    p = p * t + 4.22848942e-2;
    p = p * t + 8.64852585e-2;
    p = p * t + 9.26128260e-2;
    p = p * t + 9.98192453e-2;
    p = p * t + 9.97321134e-2;
    precise float exponent = x * x * -0.5;
    precise float tail = p * t * exp_nonpositive(passed(exponent));
    return tail;
}

float gelu(float x) {
    float tail = normal_tail(x);
    precise float y = x * (x < 0.0 ? tail : 1.0 - tail);
    return y;
}

// (1 + tanh(z)) / 2 is the sigmoid of 2 z: sqrt(8 / pi) (x + 0.044715 x^3).
float gelu_by_tanh(float x) {
    precise float doubled = x * (x * x * 7.13548163e-2 + 1.59576912);
    precise float y = x * sigmoid(doubled);
    return y;
}

// 1 - 2 tail(x sqrt(2)); below 1/4, where the difference would cancel, Taylor's series to x^9: the next term is below
// 2^-30 of the result.
float error_function(float x) {
    float magnitude = abs(x);
    float near = magnitude < 0.25 ? x : 0.0;
    precise float square = near * near;
    precise float p = 5.22397763e-3;
    p = p * square + -2.68661706e-2;
    p = p * square + 1.12837917e-1;
    p = p * square + -3.76126389e-1;
    precise float series = near * (p * square + 1.12837917);
    precise float scaled = x * 1.41421356;
    precise float y = 1.0 - normal_tail(scaled) * 2.0;
    return magnitude < 0.25 ? series : x < 0.0 ? -y : y;
}

// max(x, 0) + log(1 + e) with e = exp(-|x|). The logarithm is 2 artanh(s) with s = e / (e + 2) of at most 1/3: its
// series to s^17; the next term is below 2^-32 of the result.
float softplus(float x) {
    float e = exp_nonpositive(-abs(x));
    precise float total = e + 2.0;
    float s = divide(e, total);
    precise float square = s * s;
    precise float p = 5.88235294e-2;
    p = p * square + 6.66666667e-2;
    p = p * square + 7.69230769e-2;
    p = p * square + 9.09090909e-2;
    p = p * square + 1.11111111e-1;
    p = p * square + 1.42857143e-1;
    p = p * square + 0.2;
    p = p * square + 3.33333333e-1;
    p = p * square + 1.0;
    precise float y = (x < 0.0 ? 0.0 : x) + s * 2.0 * p;
    return y;
}

// x / (1 + |x|). Beyond 2^30, where no device need divide well, it is 1 or -1; of infinities NaN, as in torch.
float softsign(float x) {
    float magnitude = abs(x);
    float beyond = magnitude > LARGEST_FLOAT ? NOT_A_NUMBER : x < 0.0 ? -1.0 : 1.0;
    precise float total = 1.0 + (magnitude > 1073741824.0 ? 0.0 : magnitude);
    return magnitude > 1073741824.0 ? beyond : divide(x, total);
}

// x tanh(log(t)) with t = 1 + exp(x), where the tangent is (t^2 - 1) / (t^2 + 1); both over exp(2 x) where that
// could overflow.
float mish(float x) {
    float e = exp_nonpositive(-abs(x));
    precise float growing = e * (e + 2.0), falling = e * 2.0 + 1.0;
    float above = x < 0.0 ? growing : falling;
    precise float grown = above + 2.0, fallen = e * e * 2.0 + above;
    precise float y = x * divide(above, x < 0.0 ? grown : fallen);
    return y;
}
#endif

// Comparisons keep NaN, as torch does: max(x, 0) may turn it into 0.
float function_of(float before, uint code, float coefficient, float second_coefficient) {
    float x = passed(before);
    precise float y = x;
    if (code == RELU)
        y = x < 0.0 ? 0.0 : x;
    else if (code == LEAKY_RELU)
        y = x < 0.0 ? passed(coefficient) * x : x;
    else if (code == SIGMOID)
        y = sigmoid(x);
    else if (code == SILU)
        y = x * sigmoid(x);
    else if (code == RELU6)
        y = x < 0.0 ? 0.0 : x > 6.0 ? 6.0 : x;
    else if (code == HARDSIGMOID)
        y = hardsigmoid(x);
    else if (code == HARDSWISH)
        y = x * hardsigmoid(x);
    else if (code == TANH)
        y = hyperbolic_tangent(x);
    else if (code == ELU)
        y = x > 0.0 ? x : passed(coefficient) * exponential_less_one(x > 0.0 ? 0.0 : x);
    else if (code == HARDTANH) {
        float least = passed(coefficient);
        float largest = passed(second_coefficient);
        y = x < least ? least : x > largest ? largest : x;
    }
#ifdef EVERY_FUNCTION
    else if (code == GELU)
        y = gelu(x);
    else if (code == GELU_BY_TANH)
        y = gelu_by_tanh(x);
    else if (code == ERF)
        y = error_function(x);
    else if (code == SOFTPLUS)
        y = softplus(x);
    else if (code == SOFTSIGN)
        y = softsign(x);
    else if (code == MISH)
        y = mish(x);
    else if (code == SELU)
        y = x > 0.0 ? x * 1.05070099 : exponential_less_one(x > 0.0 ? 0.0 : x) * 1.75809934;
    else if (code == CELU) {
        precise float over = (x > 0.0 ? 0.0 : x) * passed(second_coefficient);
        y = x > 0.0 ? x : passed(coefficient) * exponential_less_one(passed(over));
    } else if (code == ABS)
        y = abs(x);
    else if (code == EXP)
        y = exponential(x);
    else if (code == LOG)
        y = logarithm(x);
    else if (code == SQRT)
        y = root(x);
    else if (code == RECIPROCAL)
        y = reciprocal_of(x);
    else if (code == FLOOR)
        y = whole_below(x);
    else if (code == CEIL)
        y = -whole_below(-x);
    else if (code == ROUND)
        y = nearest_whole(x);
    else if (code == SIGN)
        y = x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    else if (code == SIN)
        y = sine(x);
    else if (code == COS)
        y = cosine(x);
    else if (code == TAN)
        y = tangent(x);
    else if (code == LOGICAL_NOT)
        y = x == 0.0 ? 1.0 : 0.0;
    else if (code == IS_NAN)
        y = (floatBitsToUint(x) & 0x7FFFFFFFu) > 0x7F800000u ? 1.0 : 0.0;
    else if (code == IS_INF)
        y = (floatBitsToUint(x) & 0x7FFFFFFFu) == 0x7F800000u ? 1.0 : 0.0;
    else if (code == THRESHOLD)
        y = x <= passed(coefficient) ? passed(second_coefficient) : x;
#endif
    return y;
}

#ifdef POINTWISE_ID
layout(constant_id = POINTWISE_ID) const uint POINTWISE = 0;
layout(constant_id = POINTWISE_ID + 1) const uint COEFFICIENT_BITS = 0;
layout(constant_id = POINTWISE_ID + 2) const uint SECOND_COEFFICIENT_BITS = 0;

float pointwise(float before) {
    return function_of(
        before, POINTWISE, uintBitsToFloat(COEFFICIENT_BITS), uintBitsToFloat(SECOND_COEFFICIENT_BITS));
}
#endif
