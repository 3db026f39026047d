#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 5x5 convolutions, last step: tiles of 4x4 outputs with bias and the pointwise operator that
// follows.
// Only in 32 bits: see winograd.glsl.
//
// Bindings      0 input (8 * 8, padded_channels, padded_tiles); 1 output (N, O, OH, OW); 2 bias (O); 3 the shape
// Dispatch      an invocation for four tiles of a channel, as of index.glsl
#include "texel.glsl"
#ifndef TEXEL
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#endif
#define ALPHA 8
#define WORD u64vec2
#define WORD_IS_PAIRS
#include "winograd_output.glsl"
