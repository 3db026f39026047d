// The body of the kernels that transform the inputs.
#include "index.glsl"
#include "winograd.glsl"
#define SHAPE_BINDING 2
#include "winograd_shape.glsl"

layout(constant_id = 0) const uint LANES = 8;
layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { vec2 y[]; };

DEFINE_TRANSFORMS(vec2)

void main() {
    uint index = linear_index(), pairs = shape.words * 4, channel = index % pairs * 2, tile = index / pairs;
    uint plane = shape.height * shape.width, image = tile / (shape.across * shape.down);
    if (image >= x.length() / (shape.channels * plane))
        return;
    uint first = (image * shape.channels + channel) * plane;
    int top = int(tile / shape.across % shape.down * TILE) - int(shape.padding_height);
    int left = int(tile % shape.across * TILE) - int(shape.padding_width);
    bool has_first = channel < shape.channels, has_second = channel + 1 < shape.channels;

    vec2 rows[ALPHA][ALPHA];
    [[unroll]] for (uint j = 0; j < ALPHA; j++) {
        vec2 cells[ALPHA];
        int column = left + int(j);
        [[unroll]] for (uint i = 0; i < ALPHA; i++) {
            int row = top + int(i);
            bool inside = row >= 0 && row < int(shape.height) && column >= 0 && column < int(shape.width);
            uint cell = first + uint(row) * shape.width + uint(column);
            bool inside_first = inside && has_first, inside_second = inside && has_second;
            float a = x[inside_first ? cell : 0], b = x[inside_second ? cell + plane : 0];
            cells[i] = vec2(inside_first ? a : 0.0, inside_second ? b : 0.0);
        }
        vec2[ALPHA] transformed = transform_input(cells);
        [[unroll]] for (uint i = 0; i < ALPHA; i++)
            rows[i][j] = transformed[i];
    }
    // In pairs of channels.
    uint place = ((tile / LANES * shape.words + channel / 8) * LANES + tile % LANES) * 4 + channel % 8 / 2;
    uint matrix = y.length() / (ALPHA * ALPHA);
    [[unroll]] for (uint i = 0; i < ALPHA; i++) {
        vec2[ALPHA] transformed = transform_input(rows[i]);
        [[unroll]] for (uint j = 0; j < ALPHA; j++)
            y[(i * ALPHA + j) * matrix + place] = transformed[j];
    }
}
