// The pointwise operator that a kernel computes on the way, by the codes of Pointwise.cs. Define POINTWISE_ID first: the
// specialization constants POINTWISE_ID and POINTWISE_ID + 1 are its code and its coefficient's bits.
#include "exp.glsl"

layout(constant_id = POINTWISE_ID) const uint POINTWISE = 0;
layout(constant_id = POINTWISE_ID + 1) const uint COEFFICIENT_BITS = 0;

const uint RELU = 1, LEAKY_RELU = 2, SIGMOID = 3, SILU = 4;

// Without overflow for any x: the exponential is of -|x|.
float sigmoid(float x) {
    float e = exp_nonpositive(-abs(x));
    precise float total = 1.0 + e;
    return divide(x < 0.0 ? e : 1.0, total);
}

// Comparisons keep NaN, as torch does: max(x, 0) may turn it into 0.
float pointwise(float before) {
    float x = passed(before);
    precise float y = x;
    if (POINTWISE == RELU)
        y = x < 0.0 ? 0.0 : x;
    else if (POINTWISE == LEAKY_RELU)
        y = x < 0.0 ? passed(uintBitsToFloat(COEFFICIENT_BITS)) * x : x;
    else if (POINTWISE == SIGMOID)
        y = sigmoid(x);
    else if (POINTWISE == SILU)
        y = x * sigmoid(x);
    return y;
}
