#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows, for many items: a lane computes 8 features of 8.
//
// Bindings, dispatch, preconditions: include/linear.glsl
#include "texel.glsl"
#include "strict.glsl"
#define LANE_FEATURES 8
#define ITEMS 8
#include "linear.glsl"
