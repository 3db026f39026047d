#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Takes elements of the input by strides: axes in another order, and axes that are repeated.
//
// Bindings      0 input (N, SOURCE) real; 1 output (N, ITEM / (EXTENT_1 EXTENT_2 EXTENT_3), EXTENT_1, EXTENT_2,
//                 EXTENT_3) real
// Dispatch      one invocation for AT_ONCE elements of the output, GroupCount.Linear
// Preconditions STRIDE_i is the distance in the input from place to place on the output's axis i, 0 where the input is
//                 repeated; a SOURCE of 0 repeats it for each N. AT_ONCE divides COUNT. Where WHOLE is 1, it divides
//                 EXTENT_3, SOURCE and all other strides, and STRIDE_3 is 1
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint ITEM = 1;
layout(constant_id = 2) const uint SOURCE = 1;
layout(constant_id = 3) const uint EXTENT_1 = 1;
layout(constant_id = 4) const uint EXTENT_2 = 1;
layout(constant_id = 5) const uint EXTENT_3 = 1;
layout(constant_id = 6) const uint STRIDE_0 = 1;
layout(constant_id = 7) const uint STRIDE_1 = 1;
layout(constant_id = 8) const uint STRIDE_2 = 1;
layout(constant_id = 9) const uint STRIDE_3 = 1;
layout(constant_id = 10) const uint WHOLE = 0;

READ_ELEMENTS(0, Input, x);
WRITE_ELEMENTS(1, Output, y);

uint source_of(uint index) {
    uint place = index % ITEM;
    return index / ITEM * SOURCE + place % EXTENT_3 * STRIDE_3 + place / EXTENT_3 % EXTENT_2 * STRIDE_2
        + place / (EXTENT_3 * EXTENT_2) % EXTENT_1 * STRIDE_1 + place / (EXTENT_3 * EXTENT_2 * EXTENT_1) * STRIDE_0;
}

void main() {
    uint index = linear_index() * AT_ONCE;
    if (index >= COUNT)
        return;
    floats values;
#ifdef TEXEL
    if (WHOLE == 0) {
        [[unroll]] for (uint i = 0; i < AT_ONCE; i++) {
            uint from = source_of(index + i);
            values[i] = element(x, from);
        }
    } else
#endif
        values = elements(x, source_of(index));
    STORE_ELEMENTS(y, index, values)
}
