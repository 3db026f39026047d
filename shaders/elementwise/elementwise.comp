#version 450
#extension GL_GOOGLE_include_directive : require
// An operation on two operands, element by element, and the pointwise operator that follows. Comparisons give 1 or 0;
// what is not 0 counts as true.
//
// Bindings      0 a real; 1 b real; 2 output real, of COUNT elements; the axes as in include/broadcast.glsl
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 18
#include "broadcast.glsl"
#include "pointwise.glsl"
#include "power.glsl"

layout(constant_id = 17) const uint OPERATION = 0;

// The codes of Elementwise.cs.
const uint ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MAXIMUM = 4, MINIMUM = 5, POW = 6;
const uint EQUAL = 7, GREATER = 8, GREATER_EQUAL = 9, LESS = 10, LESS_EQUAL = 11;
const uint LOGICAL_AND = 12, LOGICAL_OR = 13, LOGICAL_XOR = 14;

READ_ELEMENTS(0, Left, a);
READ_ELEMENTS(1, Right, b);
layout(binding = 2) writeonly buffer Output { real y[]; };

BROADCAST(left_of, a, A)
BROADCAST(right_of, b, B)

// Comparisons keep NaN in the maximum and the minimum, as torch does.
float combined(float left, float right) {
    precise float sum = left + right, difference = left - right, product = left * right;
    if (OPERATION == ADD)
        return sum;
    if (OPERATION == SUBTRACT)
        return difference;
    if (OPERATION == MULTIPLY)
        return product;
    if (OPERATION == DIVIDE)
        return quotient(left, right);
    if (OPERATION == MAXIMUM)
        return left > right || left != left ? left : right;
    if (OPERATION == MINIMUM)
        return left < right || left != left ? left : right;
    if (OPERATION == POW)
        return power(left, right);
    bool is_true = OPERATION == EQUAL ? left == right
        : OPERATION == GREATER ? left > right
        : OPERATION == GREATER_EQUAL ? left >= right
        : OPERATION == LESS ? left < right
        : OPERATION == LESS_EQUAL ? left <= right
        : OPERATION == LOGICAL_AND ? left != 0.0 && right != 0.0
        : OPERATION == LOGICAL_OR ? left != 0.0 || right != 0.0
        : (left != 0.0) != (right != 0.0);
    return is_true ? 1.0 : 0.0;
}

float result_of(float left, float right) {
    return pointwise(combined(left, right));
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats result = EACH_OF_TWO(result_of, left_of(index), right_of(index));
    STORE_EACH(y, index, result)
}
