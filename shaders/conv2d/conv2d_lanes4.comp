#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with bias and the pointwise operator that follows, lanes along the output channels, words of 4
// numbers.
//
// Bindings      0 input as conv2d_pack.comp leaves it, in words of 4 numbers; 1 output (N, O, OH, OW) real;
//               2 weight (GROUPS, tiles, words of a window, VECTORS, LANES, 4) real, what is beyond the shape zero;
//               3 bias (GROUPS, tiles, VECTORS, LANES); 4 the shape, as below
// Dispatch      x: ceil(N * OH * OW / PIXELS), y: GROUPS * tiles; one subgroup each
// Preconditions LANES is the subgroup's size and divides PIXELS
#include "texel.glsl"
#include "strict.glsl"
#define WORD_FLOATS 4
#include "conv2d_lanes.glsl"
