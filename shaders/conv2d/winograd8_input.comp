#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 5x5 convolutions, first step: tiles of 8x8 inputs, transformed.
// Only in 32 bits: tiles of 16-bit sums would miss the tolerance.
//
// Bindings      0 input (N, C, H, W); 1 output (8 * 8, padded_tiles / LANES, words, LANES, 8), or with LANES 0
//               (8 * 8, C, padded_tiles); 2 the shape
// Dispatch      an invocation for a channel of a tile, or of a place for one, those of padding included, as of
//                 index.glsl
#include "texel.glsl"
#define ALPHA 8
#include "winograd_input.glsl"
