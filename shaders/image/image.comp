#version 450
#extension GL_GOOGLE_include_directive : require
// An image of any size to one item of a network's input: resized with the filter weights that ImageFilter.cs has worked
// out,
// scaled and shifted in each channel.
// Only in 32 bits, as a network's input is.
//
// Bindings      0 pixels, bytes row by row without gaps; 1 input of the network (N, 3, H, W) f32, of which one item is
//                 written;
//               2, 3 image.glsl
// Dispatch      one invocation a pixel of the item, GroupCount.Linear
#define HAS_PIXELS
#define HAS_INPUT
#include "image.glsl"

void main() {
    uint index = linear_index();
    if (index >= HEIGHT * WIDTH)
        return;
    uint row = index / WIDTH, column = index % WIDTH;
    uint first_row = item[LAYOUT + WIDTH + row], rows = row_weights(row), taps_y = item[5];
    vec3 sum = vec3(0.0);
    for (uint v = 0; v < taps_y; v++) {
        float row_weight = weights[rows + v];
        if (row_weight == 0.0)
            continue;
        sum += row_weight * line_of(first_row + v, column);
    }
    store(row, column, sum);
}
