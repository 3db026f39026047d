#version 450
#extension GL_GOOGLE_include_directive : require
// An operation on two operands, element by element, and the pointwise operator that follows.
//
// Bindings      0 a real; 1 b real; 2 output real, of COUNT elements; the axes as in include/broadcast.glsl
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 18
#include "broadcast.glsl"
#include "pointwise.glsl"
#include "combine.glsl"

layout(constant_id = 17) const uint OPERATION = 0;

READ_ELEMENTS(0, Left, a);
READ_ELEMENTS(1, Right, b);
WRITE_ELEMENTS(2, Output, y);

BROADCAST(left_of, a, A)
BROADCAST(right_of, b, B)

float result_of(float left, float right) {
    return pointwise(combined(OPERATION, left, right));
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats result = EACH_OF_TWO(result_of, left_of(index), right_of(index));
    STORE_ELEMENTS(y, index, result)
}
