#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm, second step: as winograd_products.comp, inputs and weights read as texels.
#define TEXEL
#include "winograd_products.glsl"
