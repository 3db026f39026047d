#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 3x3 convolutions, last step, without 64-bit integers: tiles of 4x4 outputs with bias and the
// pointwise operator that follows.
// Only in 32 bits: see winograd.glsl.
//
// Bindings      0 input (6 * 6, padded_channels, padded_tiles); 1 output (N, O, OH, OW); 2 bias (O); 3 the shape
// Dispatch      an invocation for four tiles of a channel, as of index.glsl
#include "storage.glsl"
#define ALPHA 6
#define WORD vec4
#include "winograd_output.glsl"
