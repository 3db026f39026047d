#version 450
#extension GL_GOOGLE_include_directive : require
// Pointwise operators one behind the other. Each stage combines the value with another operand, or multiplies it by a
// factor and adds a summand, and then computes a function of it. An operand may be repeated along axes of its stage, as
// in include/broadcast.glsl.
//
// Bindings      0 input real, of COUNT elements; 1 to 3 the operands of the stages real, each the input where it has
//                 none; 4 (factor, summand) f32 of all stages; 5 output real, of COUNT elements
// Dispatch      one invocation for AT_ONCE elements, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#define EVERY_FUNCTION
#define WITHOUT_POWERS
#include "index.glsl"
#include "pointwise.glsl"
#include "combine.glsl"

layout(constant_id = 0) const uint COUNT = 1;

// The stage's operation: none; one of combine.glsl's with the value on the left, or on the right; a factor and a
// summand, which begin at PAIRS. Then the axes of its operand or of its pairs, and the function.
const uint NONE = 0, LEFT = 1, RIGHT = 32, AFFINE = 64;
#define STAGE(S, ID)                                                                    \
    layout(constant_id = ID) const uint S##_OPERATION = 0;                              \
    layout(constant_id = ID + 1) const uint S##_EXTENT_1 = 1;                           \
    layout(constant_id = ID + 2) const uint S##_EXTENT_2 = 1;                           \
    layout(constant_id = ID + 3) const uint S##_EXTENT_3 = 1;                           \
    layout(constant_id = ID + 4) const uint S##_EXTENT_4 = 1;                           \
    layout(constant_id = ID + 5) const uint S##_WHOLE = 1;                              \
    layout(constant_id = ID + 6) const uint S##_0 = 1;                                  \
    layout(constant_id = ID + 7) const uint S##_1 = 1;                                  \
    layout(constant_id = ID + 8) const uint S##_2 = 1;                                  \
    layout(constant_id = ID + 9) const uint S##_3 = 1;                                  \
    layout(constant_id = ID + 10) const uint S##_4 = 1;                                 \
    layout(constant_id = ID + 11) const uint S##_PAIRS = 0;                             \
    layout(constant_id = ID + 12) const uint S##_FUNCTION = 0;                          \
    layout(constant_id = ID + 13) const uint S##_COEFFICIENT_BITS = 0;                  \
    layout(constant_id = ID + 14) const uint S##_SECOND_COEFFICIENT_BITS = 0;           \
    uint S##_place(uint index) {                                                        \
        uint row = index / S##_EXTENT_4, plane = row / S##_EXTENT_3;                    \
        uint box = plane / S##_EXTENT_2;                                                \
        return index % S##_EXTENT_4 * S##_4 + row % S##_EXTENT_3 * S##_3                \
            + plane % S##_EXTENT_2 * S##_2 + box % S##_EXTENT_1 * S##_1                 \
            + box / S##_EXTENT_1 * S##_0;                                               \
    }

STAGE(A, 1)
STAGE(B, 16)
STAGE(C, 31)

READ_ELEMENTS(0, Input, x);
READ_ELEMENTS(1, First, a);
READ_ELEMENTS(2, Second, b);
READ_ELEMENTS(3, Third, c);
layout(binding = 4) readonly buffer Pairs { vec2 pairs[]; };
WRITE_ELEMENTS(5, Output, y);

// Defines S_after(values, index): the stage of the values from an index on. Four values are taken one by one, in a loop
// that is not unrolled here, so that the code of the functions is there once for each stage.
#ifdef TEXEL
#define AFTER(S, of)                                                                                   \
    vec4 S##_after(vec4 values, uint index) {                                                          \
        if (S##_OPERATION == NONE && S##_FUNCTION == 0)                                                \
            return values;                                                                             \
        vec4 operand = vec4(0.0);                                                                      \
        if (S##_OPERATION != NONE && S##_OPERATION < AFFINE) {                                         \
            if (S##_WHOLE != 0)                                                                        \
                operand = elements(of, index);                                                         \
            else if (S##_EXTENT_4 % 4 == 0 && S##_4 == 1)                                              \
                operand = elements(of, S##_place(index));                                              \
            else if (S##_EXTENT_4 % 4 == 0 && S##_4 == 0)                                              \
                operand = vec4(element(of, S##_place(index)));                                         \
            else                                                                                       \
                operand = vec4(                                                                        \
                    element(of, S##_place(index)), element(of, S##_place(index + 1)),                  \
                    element(of, S##_place(index + 2)), element(of, S##_place(index + 3)));             \
        }                                                                                              \
        bool has_one_pair = S##_EXTENT_4 % 4 == 0 && S##_4 == 0;                                       \
        for (uint i = 0; i < 4; i++) {                                                                 \
            vec2 pair = S##_OPERATION == AFFINE                                                        \
                ? pairs[S##_PAIRS + S##_place(has_one_pair ? index : index + i)] : vec2(0.0);          \
            values[i] = of_stage(                                                                      \
                values[i], operand[i], pair, S##_OPERATION, S##_FUNCTION, S##_COEFFICIENT_BITS,        \
                S##_SECOND_COEFFICIENT_BITS);                                                          \
        }                                                                                              \
        return values;                                                                                 \
    }
#else
#define AFTER(S, of)                                                                                   \
    float S##_after(float value, uint index) {                                                         \
        if (S##_OPERATION == NONE && S##_FUNCTION == 0)                                                \
            return value;                                                                              \
        uint place = S##_WHOLE != 0 ? index : S##_place(index);                                        \
        float operand = S##_OPERATION != NONE && S##_OPERATION < AFFINE ? element(of, place) : 0.0;    \
        vec2 pair = S##_OPERATION == AFFINE ? pairs[S##_PAIRS + place] : vec2(0.0);                    \
        return of_stage(                                                                               \
            value, operand, pair, S##_OPERATION, S##_FUNCTION, S##_COEFFICIENT_BITS,                   \
            S##_SECOND_COEFFICIENT_BITS);                                                              \
    }
#endif

float of_stage(
    float value, float operand, vec2 pair, uint operation, uint function, uint coefficient_bits, uint second_bits) {
    float result = value;
    if (operation == AFFINE) {
        EXACT float scaled = value * pair.x + pair.y;
        result = scaled;
    } else if (operation >= RIGHT)
        result = combined(operation - RIGHT, operand, value);
    else if (operation != NONE)
        result = combined(operation - LEFT, value, operand);
    return passed(function_of(
        result, function, uintBitsToFloat(coefficient_bits), uintBitsToFloat(second_bits)));
}

AFTER(A, a)
AFTER(B, b)
AFTER(C, c)

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats values = elements(x, index);
    values = C_after(B_after(A_after(values, index), index), index);
    STORE_ELEMENTS(y, index, values)
}
