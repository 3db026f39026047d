#version 450
#extension GL_GOOGLE_include_directive : require
// A map of another size: each element is a sum over TAPS rows of sums over TAPS columns, as TapAxis.cs says. For
// Upsample and pads.
//
// Bindings      0 input (PLANES, HEIGHT, WIDTH) real; 1 output (PLANES, OUT_HEIGHT, OUT_WIDTH) real;
//               2 places of the taps in the input, uint, (OUT_HEIGHT, TAPS) of rows, then (OUT_WIDTH, TAPS) of columns;
//               3 weights of the taps f32, the same
// Dispatch      one invocation an output element, GroupCount.Linear
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint COUNT = 1;
layout(constant_id = 1) const uint HEIGHT = 1;
layout(constant_id = 2) const uint WIDTH = 1;
layout(constant_id = 3) const uint OUT_HEIGHT = 1;
layout(constant_id = 4) const uint OUT_WIDTH = 1;
layout(constant_id = 5) const uint TAPS = 1;

READ_ELEMENTS(0, Input, x);
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Places { uint places[]; };
layout(binding = 3) readonly buffer Weights { float weights[]; };

void main() {
    uint index = linear_index();
    if (index >= COUNT)
        return;
    uint rows = index / OUT_WIDTH % OUT_HEIGHT * TAPS, columns = (OUT_HEIGHT + index % OUT_WIDTH) * TAPS;
    uint plane = index / OUT_WIDTH / OUT_HEIGHT * HEIGHT;
    EXACT float sum = 0.0;
    for (uint v = 0; v < TAPS; v++) {
        // What has no weight is not read: infinity times 0 would be NaN.
        float of_row = weights[rows + v];
        if (of_row == 0.0)
            continue;
        EXACT float line = 0.0;
        for (uint u = 0; u < TAPS; u++) {
            float of_column = weights[columns + u];
            if (of_column != 0.0)
                line += of_column * element(x, (plane + places[rows + v]) * WIDTH + places[columns + u]);
        }
        // passed: products of smaller sums would be subnormal.
        sum += of_row * passed(line);
    }
    y[index] = stored(sum);
}
