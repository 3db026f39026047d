#version 450
#extension GL_GOOGLE_include_directive : require
// A picture of any size to one item of a network's input: resized with the filter weights that PictureFilter.cs has worked out,
// scaled and shifted in each channel.
//
// Bindings      0 pixels, bytes row by row without gaps; 1 input of the network (N, 3, H, W) f32, of which one item is written;
//               2 layout: width of the picture, bytes a pixel, byte of red, byte of blue, taps along x, taps along y, first
//                 element of the item, 0; then the first source column of each target column, the first source row of each row;
//               3 weights f32: scale and shift of red, green, blue; then of each target column, then of each row
// Dispatch      one invocation a pixel of the item, GroupCount.Linear
#include "index.glsl"

layout(constant_id = 0) const uint HEIGHT = 1;
layout(constant_id = 1) const uint WIDTH = 1;

layout(binding = 0) readonly buffer Pixels { uint pixels[]; };
layout(binding = 1) writeonly buffer Input { float y[]; };
layout(binding = 2) readonly buffer Layout { uint item[]; };
layout(binding = 3) readonly buffer Weights { float weights[]; };

const uint LAYOUT = 8;   // where the first columns begin
const uint SCALES = 6;   // where the columns' weights begin

float byte_at(uint place) {
    return float((pixels[place / 4] >> (place % 4 * 8)) & 255u);
}

void main() {
    uint index = linear_index();
    if (index >= HEIGHT * WIDTH)
        return;
    uint row = index / WIDTH, column = index % WIDTH;
    uint width = item[0], size = item[1], red = item[2], blue = item[3], taps_x = item[4], taps_y = item[5];
    uint first_column = item[LAYOUT + column], first_row = item[LAYOUT + WIDTH + row];
    uint columns = SCALES + column * taps_x, rows = SCALES + WIDTH * taps_x + row * taps_y;

    vec3 sum = vec3(0.0);
    for (uint v = 0; v < taps_y; v++) {
        float row_weight = weights[rows + v];
        if (row_weight == 0.0)
            continue;
        vec3 line = vec3(0.0);
        for (uint u = 0; u < taps_x; u++) {
            float weight = weights[columns + u];
            if (weight == 0.0)
                continue;
            uint pixel = ((first_row + v) * width + first_column + u) * size;
            line += weight * vec3(byte_at(pixel + red), byte_at(pixel + 1), byte_at(pixel + blue));
        }
        sum += row_weight * line;
    }
    for (uint c = 0; c < 3; c++)
        y[item[6] + (c * HEIGHT + row) * WIDTH + column] = sum[c] * weights[2 * c] + weights[2 * c + 1];
}
