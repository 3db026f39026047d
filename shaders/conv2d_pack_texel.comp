#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The input of conv2d_lanes.glsl's kernels: as conv2d_pack.comp, read as texels.
#include "storage.glsl"
#include "strict.glsl"
#define TEXEL
#include "conv2d_pack.glsl"
