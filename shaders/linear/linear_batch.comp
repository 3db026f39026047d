#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows, for many items: a lane computes 4 features of 8, or
// of texels 8: more do not fit into the registers of several GPUs.
//
// Bindings, dispatch, preconditions: include/linear.glsl
#include "texel.glsl"
#include "strict.glsl"
#ifdef TEXEL
#define LANE_FEATURES 8
#else
#define LANE_FEATURES 4
#endif
#define ITEMS 8
#include "linear.glsl"
