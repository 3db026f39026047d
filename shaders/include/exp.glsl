// exp(x) for x <= 0, to about one unit in the last place on every device. Vulkan lets the built-in be off by
// 3 + 2|x| units, and drivers use that. Results below the smallest normal float are 0; exp_nonpositive(0) is exactly 1.
float exp_nonpositive(float x) {
    // x = k ln 2 + r with |r| <= ln 2 / 2; ln 2 is split in two so that k * LN2_HIGH is exact.
    const float LOG2_E = 1.44269504;
    const float LN2_HIGH = 0.693359375;
    const float LN2_LOW = -2.12194440e-4;
    precise float k = floor(x * LOG2_E + 0.5);
    precise float r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor's series of e^r, to r^7: the next term is below 2^-27 of the result.
    precise float p = 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * (r * r) + r;
    p = p + 1.0;
    precise float y = k < -126.0 ? 0.0 : p * intBitsToFloat((int(max(k, -126.0)) + 127) << 23);
    return x != x ? x : y;
}

const float LARGEST_FLOAT = 3.40282347e38;

// x - largest for an x not above it. A difference of two floats can exceed the largest one; as -infinity it would make
// 0 * infinity, so it ends at -LARGEST_FLOAT.
float difference_to_largest(float x, float largest) {
    precise float difference = x - largest;
    return difference < -LARGEST_FLOAT ? -LARGEST_FLOAT : difference;
}
