#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows, on GPUs, for few items: each workgroup takes one.
//
// Bindings, dispatch: include/linear_group.glsl
#include "storage.glsl"
#define ITEMS 1
#include "linear_group.glsl"
