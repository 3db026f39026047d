#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Second half of a convolution whose sums were divided into parts and of the addition that follows it.
//
// Bindings, dispatch, preconditions: include/conv2d_gemm_sums.glsl
#include "storage.glsl"
#define ADDS_RESIDUAL
#include "conv2d_gemm_sums.glsl"
