#version 450
#extension GL_GOOGLE_include_directive : require
// a where the condition is not 0, else b, element by element.
//
// Bindings      0 a real; 1 b real; 2 the condition real; 3 output real, of COUNT elements; the axes as in
//                 include/broadcast.glsl
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#include "broadcast.glsl"

layout(constant_id = 17) const uint C_WHOLE = 1;
layout(constant_id = 18) const uint C_0 = 1;
layout(constant_id = 19) const uint C_1 = 1;
layout(constant_id = 20) const uint C_2 = 1;
layout(constant_id = 21) const uint C_3 = 1;
layout(constant_id = 22) const uint C_4 = 1;

READ_ELEMENTS(0, Left, a);
READ_ELEMENTS(1, Right, b);
READ_ELEMENTS(2, Condition, c);
WRITE_ELEMENTS(3, Output, y);

BROADCAST(left_of, a, A)
BROADCAST(right_of, b, B)
BROADCAST(condition_of, c, C)

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats left = left_of(index), right = right_of(index), condition = condition_of(index);
#ifdef TEXEL
    floats result = vec4(
        condition.x != 0.0 ? left.x : right.x, condition.y != 0.0 ? left.y : right.y,
        condition.z != 0.0 ? left.z : right.z, condition.w != 0.0 ? left.w : right.w);
#else
    floats result = condition != 0.0 ? left : right;
#endif
    STORE_ELEMENTS(y, index, result)
}
