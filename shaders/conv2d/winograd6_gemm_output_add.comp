#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 3x3 convolutions, last step, for GPUs: tiles of 4x4 outputs with bias, the addition
// and the pointwise operator that follow.
//
// Bindings      0 input (6 * 6, padded_channels, padded_tiles) f32; 1 output (N, O, OH, OW) real; 2 bias (O) f32;
//               3 the shape;
//               4 what is added to the output (N, O, OH, OW) real
// Dispatch      an invocation for a tile of a channel, as of index.glsl
#include "storage.glsl"
#define ADDS_RESIDUAL
#define ALPHA 6
#define ONE_TILE
#include "winograd_output.glsl"
