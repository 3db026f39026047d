#version 450
#extension GL_GOOGLE_include_directive : require
// Puts zeros around a map.
//
// Bindings      0 input (PLANES, HEIGHT, WIDTH) real; 1 output (PLANES, OUT_HEIGHT, OUT_WIDTH) real
// Dispatch      one invocation an output element, GroupCount.Linear
#include "storage.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint HEIGHT = 1;
layout(constant_id = 2) const uint WIDTH = 1;
layout(constant_id = 3) const uint OUT_HEIGHT = 1;
layout(constant_id = 4) const uint OUT_WIDTH = 1;
layout(constant_id = 5) const uint TOP = 0;
layout(constant_id = 6) const uint LEFT = 0;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    // Above and left of the map they wrap around, and are then beyond its end too.
    uint row = index / OUT_WIDTH % OUT_HEIGHT - TOP, column = index % OUT_WIDTH - LEFT;
    uint plane = index / OUT_WIDTH / OUT_HEIGHT;
    float value = row < HEIGHT && column < WIDTH ? float(x[(plane * HEIGHT + row) * WIDTH + column]) : 0.0;
    y[index] = stored(value);
}
