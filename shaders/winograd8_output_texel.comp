#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Winograd's algorithm for 5x5 convolutions, last step: as winograd8_plain_output.comp, products read as texels.
#define TEXEL
#define ALPHA 8
#include "winograd_output.glsl"
