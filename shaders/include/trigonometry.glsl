// Sine, cosine and tangent of any number, within the rules of strict.glsl where those hold: to about two units in the
// last place, the tangent to about five. Of infinity they are NaN. elementary.glsl and power.glsl come first.

// The bits of 2 / pi behind the point, after a word of zeros.
const uint TWO_OVER_PI[8] = uint[8](
    0u, 0xA2F9836Eu, 0x4E441529u, 0xFC2757D1u, 0xF534DDC0u, 0xDB629599u, 0x3C439041u, 0xFE5163ABu);

uint bits_of_two_over_pi(uint word, uint shift) {
    return TWO_OVER_PI[word] << shift | TWO_OVER_PI[word + 1] >> 1 >> (31 - shift);
}

// A finite |x| as a number of quarter turns, of which the last two bits count, and a rest from -pi/4 to pi/4. The
// product of the significand with 2 / pi is one of integers: of 96 bits of 2 / pi, the first of which makes 2 quarter
// turns. So the rest is as good for a large x as for a small one.
uint quarter_turns(float x, out float rest) {
    uint bits = floatBitsToUint(x) & 0x7FFFFFFFu;
    rest = uintBitsToFloat(bits);
    if (bits <= 0x3F490FDBu || bits >= 0x7F800000u)
        return 0;
    uint significand = (bits & 0x7FFFFFu) | 0x800000u;
    // The first bit is 2 behind that of the exponent, which counts from the significand's last bit, and the word of
    // zeros comes before it.
    uint first = (bits >> 23) + 32 - 152, word = first >> 5, shift = first & 31u;
    uint low, middle, carried, high;
    umulExtended(significand, bits_of_two_over_pi(word + 2, shift), carried, low);
    umulExtended(significand, bits_of_two_over_pi(word + 1, shift), high, middle);
    middle += carried;
    high += significand * bits_of_two_over_pi(word, shift) + (middle < carried ? 1u : 0u);
    uint turns = high >> 30, fraction = high << 2 | middle >> 30, behind = middle << 2 | low >> 30;
    bool is_above = fraction >= 0x80000000u;
    if (is_above) {
        turns++;
        fraction = ~fraction;
        behind = ~behind;
    }
    precise float part = float(fraction >> 8) * 5.96046448e-8
        + float((fraction & 0xFFu) << 16 | behind >> 16) * 3.55271368e-15;
    precise float angle = part * 1.57079633;
    rest = is_above ? -angle : angle;
    return turns;
}

// Taylor's series to x^9, for |x| <= pi/4; the next term is below 2^-28 of the result.
float sine_of_rest(float x) {
    precise float square = x * x;
    precise float p = 2.75573192e-6;
    p = p * square + -1.98412698e-4;
    p = p * square + 8.33333333e-3;
    p = p * square + -1.66666667e-1;
    precise float y = x + x * (square * p);
    return y;
}

// Taylor's series to x^10, for |x| <= pi/4; the next term is below 2^-32 of the result.
float cosine_of_rest(float x) {
    precise float square = x * x;
    precise float p = -2.75573192e-7;
    p = p * square + 2.48015873e-5;
    p = p * square + -1.38888889e-3;
    p = p * square + 4.16666667e-2;
    p = p * square + -0.5;
    precise float y = 1.0 + square * p;
    return y;
}

float sine(float x) {
    float rest;
    uint turns = quarter_turns(x, rest);
    float y = (turns & 1u) != 0 ? cosine_of_rest(rest) : sine_of_rest(rest);
    return !(abs(x) <= LARGEST_FLOAT) ? NOT_A_NUMBER : (turns & 2u) != 0 != (x < 0.0) ? -y : y;
}

float cosine(float x) {
    float rest;
    uint turns = quarter_turns(x, rest) + 1;
    float y = (turns & 1u) != 0 ? cosine_of_rest(rest) : sine_of_rest(rest);
    return !(abs(x) <= LARGEST_FLOAT) ? NOT_A_NUMBER : (turns & 2u) != 0 ? -y : y;
}

float tangent(float x) {
    float rest;
    uint turns = quarter_turns(x, rest);
    float sine = sine_of_rest(rest), cosine = cosine_of_rest(rest);
    float y = (turns & 1u) != 0 ? quotient(-cosine, sine) : quotient(sine, cosine);
    return !(abs(x) <= LARGEST_FLOAT) ? NOT_A_NUMBER : x < 0.0 ? -y : y;
}
