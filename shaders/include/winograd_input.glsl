// The body of the kernels that transform the inputs. LANES is 0 for an output of (ALPHA * ALPHA, C, padded_tiles).
#include "index.glsl"
#include "winograd.glsl"
#define SHAPE_BINDING 2
#include "winograd_shape.glsl"

layout(constant_id = 0) const uint LANES = 8;
layout(binding = 0) readonly buffer Input { float x[]; };
layout(binding = 1) writeonly buffer Output { float y[]; };

DEFINE_TRANSFORMS(float)

void main() {
    uint channels = LANES > 0 ? shape.words * 8 : shape.channels, matrix = y.length() / (ALPHA * ALPHA);
    uint padded_tiles = matrix / channels, index = linear_index();
    uint channel = LANES > 0 ? index % channels : index / padded_tiles;
    uint tile = LANES > 0 ? index / channels : index % padded_tiles;
    uint height = shape.height, width = shape.width, plane = height * width, real_channels = shape.channels;
    uint image = tile / (shape.across * shape.down);
    if (image >= x.length() / (real_channels * plane) || channel >= channels)
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
    const uint lanes = max(LANES, 1);
    uint place = LANES > 0
        ? ((tile / lanes * shape.words + channel / 8) * lanes + tile % lanes) * 8 + channel % 8
        : channel * padded_tiles + tile;
    [[unroll]] for (uint i = 0; i < ALPHA; i++) {
        float[ALPHA] transformed = transform_input(rows[i]);
        [[unroll]] for (uint j = 0; j < ALPHA; j++)
            y[(i * ALPHA + j) * matrix + place] = transformed[j];
    }
}
