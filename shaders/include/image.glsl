// What the kernels of images share: the network's input and what ImageFilter.cs has worked out for an image of any
// size.
//
// Bindings      2 layout: width of the image, bytes a pixel, byte of red, byte of blue, taps along x, taps along y,
//                 first element of the item, height of the image; of the item's columns that the image covers the
//                 first and the one behind the last, of its rows too; then the first source column of each target
//                 column, the first source row of each row;
//               3 weights f32: scale and shift of red, green, blue; the value where the image covers nothing; then of
//                 each target column, then of each row
#include "index.glsl"

layout(constant_id = 0) const uint HEIGHT = 1;
layout(constant_id = 1) const uint WIDTH = 1;

layout(binding = 2) readonly buffer Layout { uint item[]; };
layout(binding = 3) readonly buffer Weights { float weights[]; };

const uint LAYOUT = 12;  // where the first columns begin
const uint SCALES = 7;   // where the columns' weights begin

#ifdef HAS_PIXELS
layout(binding = 0) readonly buffer Pixels { uint pixels[]; };

float byte_at(uint place) {
    return float((pixels[place / 4] >> (place % 4 * 8)) & 255u);
}

// The sum along x, of a row of the image, for a column of the item.
vec3 line_of(uint source_row, uint column) {
    uint width = item[0], size = item[1], red = item[2], blue = item[3], taps_x = item[4];
    uint first_column = item[LAYOUT + column], columns = SCALES + column * taps_x;
    vec3 line = vec3(0.0);
    for (uint u = 0; u < taps_x; u++) {
        float weight = weights[columns + u];
        if (weight == 0.0)
            continue;
        uint pixel = (source_row * width + first_column + u) * size;
        line += weight * vec3(byte_at(pixel + red), byte_at(pixel + 1), byte_at(pixel + blue));
    }
    return line;
}
#endif

#ifdef HAS_INPUT
layout(binding = 1) writeonly buffer Input { float y[]; };

// The place of the weights of a row of the item.
uint row_weights(uint row) {
    return SCALES + WIDTH * item[4] + row * item[5];
}

bool is_covered(uint row, uint column) {
    return column >= item[8] && column < item[9] && row >= item[10] && row < item[11];
}

// Bicubic sums can leave the range of bytes.
void store(uint row, uint column, vec3 sum) {
    vec3 value = is_covered(row, column) ? clamp(sum, 0.0, 255.0) : vec3(weights[6]);
    for (uint c = 0; c < 3; c++)
        y[item[6] + (c * HEIGHT + row) * WIDTH + column] = value[c] * weights[2 * c] + weights[2 * c + 1];
}
#endif
