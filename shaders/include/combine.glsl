// Operations on two operands, by the codes of Elementwise.cs; powers unless WITHOUT_POWERS is defined, because they are
// the most code.
#include "power.glsl"

const uint ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MAXIMUM = 4, MINIMUM = 5, POW = 6;
const uint EQUAL = 7, GREATER = 8, GREATER_EQUAL = 9, LESS = 10, LESS_EQUAL = 11;
const uint LOGICAL_AND = 12, LOGICAL_OR = 13, LOGICAL_XOR = 14;

// Comparisons give 1 or 0; what is not 0 counts as true. They keep NaN in the maximum and the minimum, as torch does.
float combined(uint operation, float left, float right) {
    precise float sum = left + right, difference = left - right, product = left * right;
    if (operation == ADD)
        return sum;
    if (operation == SUBTRACT)
        return difference;
    if (operation == MULTIPLY)
        return product;
    if (operation == DIVIDE)
        return quotient(left, right);
    if (operation == MAXIMUM)
        return left > right || left != left ? left : right;
    if (operation == MINIMUM)
        return left < right || left != left ? left : right;
#ifndef WITHOUT_POWERS
    if (operation == POW)
        return power(left, right);
#endif
    bool is_true = operation == EQUAL ? left == right
        : operation == GREATER ? left > right
        : operation == GREATER_EQUAL ? left >= right
        : operation == LESS ? left < right
        : operation == LESS_EQUAL ? left <= right
        : operation == LOGICAL_AND ? left != 0.0 && right != 0.0
        : operation == LOGICAL_OR ? left != 0.0 || right != 0.0
        : (left != 0.0) != (right != 0.0);
    return is_true ? 1.0 : 0.0;
}
