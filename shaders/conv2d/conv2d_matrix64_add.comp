#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with bias, the addition and the pointwise operator that follow, on matrix units: tiles of 64
// channels and 64 pixels by four subgroups.
// Only in 16 bits.
//
// Bindings, dispatch, preconditions: include/conv2d_matrix.glsl
#include "storage.glsl"
#define ADDS_RESIDUAL
#define TILE 64
#define ACROSS 2
#include "conv2d_matrix.glsl"
