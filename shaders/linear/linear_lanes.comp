#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// y = x W' + b and the pointwise operator that follows, for many items, on drivers whose loads are dear and whose
// shuffles are cheap:
// a lane computes 8 features of 16 items, loads the inputs of two of these, and has those of the others from its
// neighbours.
//
// Bindings, dispatch, preconditions: include/linear.glsl; a subgroup has 8 invocations
#include "texel.glsl"
#include "strict.glsl"
#define SHUFFLES
#define LANE_FEATURES 8
#define ITEMS 16
#include "linear.glsl"
