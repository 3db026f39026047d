#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 3x3 convolutions, first step: as winograd6_input.comp, inputs read as texels.
#define TEXEL
#define ALPHA 6
#include "winograd_input.glsl"
