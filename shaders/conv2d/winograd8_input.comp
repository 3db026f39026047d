#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 5x5 convolutions, first step: tiles of 8x8 inputs, transformed.
// Texels only in 32 bits: in 16 only GPUs launch it.
//
// Bindings      0 input (N, C, H, W) real; 1 output f32 (8 * 8, padded_tiles / LANES, words, LANES, 8), or with
//               LANES 0 (8 * 8, C, padded_tiles); 2 the shape
// Dispatch      an invocation for a channel of a tile, or of a place for one, those of padding included, as of
//                 index.glsl
#include "texel.glsl"
#define ALPHA 8
#include "winograd_input.glsl"
