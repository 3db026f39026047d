#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of what image.comp computes, for large images: the lines of image_lines.comp resized along y, scaled and
// shifted.
// Only in 32 bits, as a network's input is.
//
// Bindings      0 lines (rows of the image, W, 3) f32; 1 input of the network (N, 3, H, W) f32, of which one item is
//                 written;
//               2, 3 image.glsl
// Dispatch      one invocation a pixel of the item, GroupCount.Linear
#define HAS_INPUT
#include "image.glsl"

layout(binding = 0) readonly buffer Lines { float lines[]; };

void main() {
    uint index = linear_index();
    if (index >= HEIGHT * WIDTH)
        return;
    uint row = index / WIDTH, column = index % WIDTH;
    uint first_row = item[LAYOUT + WIDTH + row], rows = row_weights(row), taps_y = item[5];
    vec3 sum = vec3(0.0);
    for (uint v = 0; v < taps_y; v++) {
        uint place = 3 * ((first_row + v) * WIDTH + column);
        sum += weights[rows + v] * vec3(lines[place], lines[place + 1], lines[place + 2]);
    }
    store(row, column, sum);
}
