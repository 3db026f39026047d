#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution with bias and the pointwise operator that follows, inputs laid out before: register tiles of 4
// channels, for groups of few channels.
//
// Bindings, dispatch, preconditions: include/conv2d_packed.glsl
#include "storage.glsl"
#include "strict.glsl"
#define VECTORS 1
#include "conv2d_packed.glsl"
