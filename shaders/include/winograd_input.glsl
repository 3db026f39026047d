// The body of the kernels that transform the inputs.
#include "index.glsl"
#include "winograd.glsl"
#define SHAPE_BINDING 2
#include "winograd_shape.glsl"

layout(constant_id = 0) const uint LANES = 8;
layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };

DEFINE_TRANSFORMS(float)

void main() {
    uint index = linear_index(), channels = shape.words * 8, channel = index % channels, tile = index / channels;
    uint height = shape.height, width = shape.width, plane = height * width, real_channels = shape.channels;
    uint image = tile / (shape.across * shape.down);
    if (image >= x.length() / (real_channels * plane))
        return;
    uint first = (image * real_channels + channel) * plane;
    int top = int(tile / shape.across % shape.down * TILE) - int(shape.padding_height);
    int left = int(tile % shape.across * TILE) - int(shape.padding_width);

    float rows[ALPHA][ALPHA];
    [[unroll]] for (uint j = 0; j < ALPHA; j++) {
        float cells[ALPHA];
        int column = left + int(j);
        [[unroll]] for (uint i = 0; i < ALPHA; i++) {
            int row = top + int(i);
            bool inside = row >= 0 && row < int(height) && column >= 0 && column < int(width) && channel < real_channels;
            float cell = x[inside ? first + uint(row) * width + uint(column) : 0];
            cells[i] = inside ? cell : 0.0;
        }
        float[ALPHA] transformed = transform_input(cells);
        [[unroll]] for (uint i = 0; i < ALPHA; i++)
            rows[i][j] = transformed[i];
    }
    uint place = ((tile / LANES * shape.words + channel / 8) * LANES + tile % LANES) * 8 + channel % 8;
    uint matrix = y.length() / (ALPHA * ALPHA);
    [[unroll]] for (uint i = 0; i < ALPHA; i++) {
        float[ALPHA] transformed = transform_input(rows[i]);
        [[unroll]] for (uint j = 0; j < ALPHA; j++)
            y[(i * ALPHA + j) * matrix + place] = transformed[j];
    }
}
