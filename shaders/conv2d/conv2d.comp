#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with zero padding, dilation, groups and bias, and the pointwise operator that follows. Direct, in
// register
// tiles of 16 channels.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, O, OH, OW) real;
//               2 weight (GROUPS, ceil(O / GROUPS / 16), KH, KW, C / GROUPS, 16) real, channels beyond O / GROUPS zero;
//               3 bias, padded in the same way
// Dispatch      x: pixels of all images (N * OH * OW) / (workgroup * 8), y: GROUPS * ceil(O / GROUPS / 16)
// Preconditions no specialization constant of the shape but the paddings is 0; GROUPS divides C and O
#include "storage.glsl"
#include "strict.glsl"
#define VECTORS 4
#include "conv2d.glsl"
