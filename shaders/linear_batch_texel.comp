#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows, for many items, read as texels: a lane computes 8 features of 8.
//
// Bindings, dispatch, preconditions: include/linear.glsl
#include "storage.glsl"
#include "strict.glsl"
#define TEXEL
#define LANE_FEATURES 8
#define ITEMS 8
#include "linear.glsl"
