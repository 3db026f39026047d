#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// The input of conv2d_lanes.glsl's kernels: with its zero padding around it, channels last, and as many zero channels behind
// those of each group as make its words begin where windows begin.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, GROUPS, PADDED_HEIGHT, PADDED_WIDTH, PADDED_CHANNELS) real
// Dispatch      an invocation for 4 numbers, as of index.glsl
// Preconditions 4 divides PADDED_WIDTH * PADDED_CHANNELS; GROUPS divides C
#include "storage.glsl"
#include "strict.glsl"
#include "conv2d_pack.glsl"
