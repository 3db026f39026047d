// ReLU that keeps NaN, as torch does: max(x, 0) may turn it into 0.
float relu(float x) {
    precise float y = x < 0.0 ? 0.0 : x;
    return y;
}
