#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with bias, the addition and the pointwise operator that follow, on matrix units: tiles of 128
// channels and 128 pixels by eight subgroups.
// Only in 16 bits.
//
// Bindings, dispatch, preconditions: include/conv2d_matrix.glsl
#include "storage.glsl"
#define ADDS_RESIDUAL
#define TILE 128
#define ACROSS 4
#include "conv2d_matrix.glsl"
