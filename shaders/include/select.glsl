// The order of elements by which ArgMax, ArgMin and TopK select. Include it behind the constant IS_LEAST.
#ifndef SELECT_GLSL
#define SELECT_GLSL

bool is_nan(float value) {
    return value != value;
}

// Whether a value comes before another: it is larger, or, if IS_LEAST, smaller. NaN comes before all others or behind.
bool comes_before(float value, float other, bool nan_is_first) {
    if (is_nan(value) || is_nan(other))
        return is_nan(value) == nan_is_first && is_nan(value) != is_nan(other);
    return IS_LEAST != 0 ? value < other : value > other;
}

bool is_like(float value, float other) {
    return value == other || (is_nan(value) && is_nan(other));
}

#endif
