// Operands that meet element by element, each of which may be repeated along axes of the output, (COUNT / (EXTENT_1
// EXTENT_2 EXTENT_3 EXTENT_4), EXTENT_1, EXTENT_2, EXTENT_3, EXTENT_4). X_i is the distance in the operand X from place
// to place on axis i, 0 where X is repeated; X_WHOLE is not 0 where X has the output's shape. The constants from 5 on
// are those of the operands A and B. A kernel's own constants begin at 17.
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint EXTENT_1 = 1;
layout(constant_id = 2) const uint EXTENT_2 = 1;
layout(constant_id = 3) const uint EXTENT_3 = 1;
layout(constant_id = 4) const uint EXTENT_4 = 1;
layout(constant_id = 5) const uint A_WHOLE = 1;
layout(constant_id = 6) const uint A_0 = 1;
layout(constant_id = 7) const uint A_1 = 1;
layout(constant_id = 8) const uint A_2 = 1;
layout(constant_id = 9) const uint A_3 = 1;
layout(constant_id = 10) const uint A_4 = 1;
layout(constant_id = 11) const uint B_WHOLE = 1;
layout(constant_id = 12) const uint B_0 = 1;
layout(constant_id = 13) const uint B_1 = 1;
layout(constant_id = 14) const uint B_2 = 1;
layout(constant_id = 15) const uint B_3 = 1;
layout(constant_id = 16) const uint B_4 = 1;

// The place in an operand of these strides of what meets an element of the output.
uint place_of(uint index, uint stride_0, uint stride_1, uint stride_2, uint stride_3, uint stride_4) {
    uint row = index / EXTENT_4, plane = row / EXTENT_3, box = plane / EXTENT_2;
    return index % EXTENT_4 * stride_4 + row % EXTENT_3 * stride_3 + plane % EXTENT_2 * stride_2
        + box % EXTENT_1 * stride_1 + box / EXTENT_1 * stride_0;
}

// Defines of(index): what of the operand X, declared by READ_ELEMENTS as x, meets the elements of the output from one
// on.
#define PLACE_OF(X, index) place_of(index, X##_0, X##_1, X##_2, X##_3, X##_4)
#ifdef TEXEL
#define BROADCAST(of, x, X)                                                                         \
    vec4 of(uint index) {                                                                           \
        if (X##_WHOLE != 0)                                                                         \
            return elements(x, index);                                                              \
        if (EXTENT_4 % 4 == 0 && X##_4 == 1)                                                        \
            return elements(x, PLACE_OF(X, index));                                                 \
        if (EXTENT_4 % 4 == 0 && X##_4 == 0)                                                        \
            return vec4(element(x, PLACE_OF(X, index)));                                            \
        return vec4(                                                                                \
            element(x, PLACE_OF(X, index)), element(x, PLACE_OF(X, index + 1)),                     \
            element(x, PLACE_OF(X, index + 2)), element(x, PLACE_OF(X, index + 3)));                \
    }
#else
#define BROADCAST(of, x, X)                                                                         \
    float of(uint index) {                                                                          \
        return element(x, X##_WHOLE != 0 ? index : PLACE_OF(X, index));                             \
    }
#endif
