#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y = x W' + b and the pointwise operator that follows, on GPUs, for many items: each workgroup takes eight.
//
// Bindings, dispatch: include/linear_group.glsl
#include "storage.glsl"
#define ITEMS 8
#include "linear_group.glsl"
