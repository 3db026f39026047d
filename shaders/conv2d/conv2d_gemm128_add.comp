#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with bias, the addition and the pointwise operator that follow, as a product of matrices: tiles of
// 128 channels and 128 pixels by workgroups of 256.
//
// Bindings, dispatch, preconditions: include/conv2d_gemm.glsl
#include "storage.glsl"
#define ADDS_RESIDUAL
#define GROUP_CHANNELS 128
#define GROUP_PIXELS 128
#define OWN_CHANNELS 8
#define OWN_PIXELS 8
#include "conv2d_gemm.glsl"
