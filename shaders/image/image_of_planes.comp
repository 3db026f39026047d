#version 450
#extension GL_GOOGLE_include_directive : require
// Luma and chroma, NV12 or P010, to pixels of red, green, blue and 255. Each sample of chroma is that of 2x2 pixels. In
// integers: every device gives the same bytes.
// Only in 32 bits, as pixels are.
//
// Bindings      0 samples of luma, row by row without gaps; behind them from a whole word on Cb and Cr in turns; 1
//                 pixels of four bytes
// Dispatch      one invocation a pixel, GroupCount.Linear
#include "index.glsl"

layout(constant_id = 0) const uint HEIGHT = 1;
layout(constant_id = 1) const uint WIDTH = 1;
layout(constant_id = 2) const uint BITS = 8;    // of a sample, 8 or 16; of 16 the upper 10 count
layout(constant_id = 3) const uint BLACK = 0;   // ColourMatrix.cs
layout(constant_id = 4) const uint LUMA = 0;
layout(constant_id = 5) const uint RED_V = 0;
layout(constant_id = 6) const uint GREEN_U = 0;
layout(constant_id = 7) const uint GREEN_V = 0;
layout(constant_id = 8) const uint BLUE_U = 0;

layout(binding = 0) readonly buffer Planes { uint planes[]; };
layout(binding = 1) writeonly buffer Pixels { uint pixels[]; };

const uint FRACTION_BITS = 20;

int sample_at(uint place) {
    uint in_word = 32 / BITS;
    uint bits = planes[place / in_word] >> place % in_word * BITS;
    return int(BITS == 8 ? bits & 255u : bits >> 6 & 1023u);
}

void main() {
    uint index = linear_index();
    if (index >= HEIGHT * WIDTH)
        return;
    uint row = index / WIDTH, column = index % WIDTH, in_word = 32 / BITS;
    uint chroma = (HEIGHT * WIDTH + in_word - 1) / in_word * in_word
        + 2 * (row / 2 * ((WIDTH + 1) / 2) + column / 2);
    int grey = BITS == 8 ? 128 : 512;
    int y = int(LUMA) * (sample_at(index) - int(BLACK));
    int u = sample_at(chroma) - grey, v = sample_at(chroma + 1) - grey;
    ivec3 sums = ivec3(y + int(RED_V) * v, y - int(GREEN_U) * u - int(GREEN_V) * v, y + int(BLUE_U) * u);
    uvec3 rgb = uvec3(clamp(sums + (1 << (FRACTION_BITS - 1)) >> int(FRACTION_BITS), 0, 255));
    pixels[index] = rgb.r | rgb.g << 8 | rgb.b << 16 | 255u << 24;
}
