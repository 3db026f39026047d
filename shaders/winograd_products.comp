#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm, second step: for each of the MATRICES places in a transformed tile, the product of all tiles with the
// transformed weights. Lanes run along the output channels, as of lanes.glsl.
//
// Bindings      0 input (MATRICES, padded_tiles / LANES, words, LANES, 8);
//               1 output (MATRICES, padded_channels, padded_tiles);
//               2 weight (MATRICES, padded_channels / (VECTORS * LANES), words, VECTORS, LANES, 8); 3 the shape
// Dispatch      x: padded_tiles / PIXELS, y: MATRICES * padded_channels / (VECTORS * LANES); one subgroup each
// Preconditions LANES is the subgroup's size and divides PIXELS, as 4 does; PIXELS divides padded_tiles
#include "winograd_products.glsl"
