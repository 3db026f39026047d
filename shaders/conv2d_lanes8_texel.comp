#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with bias and the pointwise operator that follows: as conv2d_lanes8.comp, inputs and weights read as texels.
#include "storage.glsl"
#include "strict.glsl"
#define TEXEL
#define WORD_FLOATS 8
#include "conv2d_lanes.glsl"
