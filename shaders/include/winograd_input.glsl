// The body of the kernels that transform the inputs. LANES is 0 for an output of (ALPHA * ALPHA, C, padded_tiles). With
// TEXEL, a row's cells are read as three texels.
#include "index.glsl"
#include "winograd.glsl"
#define SHAPE_BINDING 2
#include "winograd_shape.glsl"

layout(constant_id = 0) const uint LANES = 8;
#ifdef TEXEL
layout(binding = 0) uniform samplerBuffer x4;
#define LAST textureSize(x4) - 1
#else
layout(binding = 0) readonly buffer Input { real x[]; };
#define LAST int(x.length()) - 1
#endif
layout(binding = 1) writeonly buffer Output { float y[]; };

DEFINE_TRANSFORMS(float)

// Cells side by side from a place on. Some may lie before the first, or after `last`, texel or cell: those are some
// others.
float[ALPHA] cells_from(int place, int last) {
    float cells[ALPHA];
#ifdef TEXEL
    float quads[12];
    [[unroll]] for (int q = 0; q < 3; q++) {
        vec4 quad = texelFetch(x4, clamp((place >> 2) + q, 0, last));
        [[unroll]] for (int c = 0; c < 4; c++)
            quads[4 * q + c] = quad[c];
    }
    float even[ALPHA + 1];
    [[unroll]] for (int c = 0; c <= ALPHA; c++)
        even[c] = (place & 2) != 0 ? quads[c + 2] : quads[c];
    [[unroll]] for (int c = 0; c < ALPHA; c++)
        cells[c] = (place & 1) != 0 ? even[c + 1] : even[c];
#else
    [[unroll]] for (int c = 0; c < ALPHA; c++)
        cells[c] = float(x[clamp(place + c, 0, last)]);
#endif
    return cells;
}

void main() {
    uint channels = LANES > 0 ? shape.words * 8 : shape.channels, matrix = y.length() / (ALPHA * ALPHA);
    uint padded_tiles = matrix / channels, index = linear_index();
    uint channel = LANES > 0 ? index % channels : index / padded_tiles;
    uint tile = LANES > 0 ? index / channels : index % padded_tiles;
    uint height = shape.height, width = shape.width, plane = height * width, real_channels = shape.channels;
    uint image = tile / (shape.across * shape.down);
    if (image >= shape.images || channel >= channels)
        return;
    uint first = ((shape.first_image + image) * real_channels + channel) * plane;
    int top = int(tile / shape.across % shape.down * TILE) - int(shape.padding_height);
    int left = int(tile % shape.across * TILE) - int(shape.padding_width);

    int last = LAST;
    float rows[ALPHA][ALPHA];
    [[unroll]] for (uint i = 0; i < ALPHA; i++) {
        int row = top + int(i);
        bool is_row = row >= 0 && row < int(height) && channel < real_channels;
        rows[i] = cells_from(int(first) + row * int(width) + left, last);
        [[unroll]] for (uint j = 0; j < ALPHA; j++) {
            int column = left + int(j);
            rows[i][j] = is_row && column >= 0 && column < int(width) ? rows[i][j] : 0.0;
        }
    }
    [[unroll]] for (uint j = 0; j < ALPHA; j++) {
        float column[ALPHA];
        [[unroll]] for (uint i = 0; i < ALPHA; i++)
            column[i] = rows[i][j];
        float[ALPHA] transformed = transform_input(column);
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
