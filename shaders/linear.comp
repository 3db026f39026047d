#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows, for few items: a lane computes 4 features of one.
//
// Bindings, dispatch, preconditions: include/linear.glsl
#include "storage.glsl"
#include "strict.glsl"
#define LANE_FEATURES 4
#define ITEMS 1
#include "linear.glsl"
