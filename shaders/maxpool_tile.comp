#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Max pooling of 3 x 3 windows, 2 apart.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, C, OH, OW) real
// Dispatch, preconditions: include/pool_tile.glsl
#include "storage.glsl"
#include "maxpool_tile.glsl"
