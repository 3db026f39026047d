#version 450
#extension GL_GOOGLE_include_directive : require
// First half of what image.comp computes, for large images: each row of the image resized along x.
// Only in 32 bits, as a network's input is.
//
// Bindings      0 pixels, bytes row by row without gaps; 1 lines (rows of the image, W, 3) f32; 2, 3 image.glsl
// Dispatch      one invocation a pixel of a line, GroupCount.Linear
#define HAS_PIXELS
#include "image.glsl"

layout(binding = 1) writeonly buffer Lines { float lines[]; };

void main() {
    uint index = linear_index();
    if (index >= item[7] * WIDTH)
        return;
    vec3 line = line_of(index / WIDTH, index % WIDTH);
    for (uint c = 0; c < 3; c++)
        lines[3 * index + c] = line[c];
}
