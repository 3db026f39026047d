#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// 2-D convolution of groups of few input channels, with bias and the pointwise operator that follows: depthwise, or the
// first layer of a network of images. An invocation computes a tile of outputs of MAPS channels and loads each row of
// the cells under it once a channel, four at a time. Sums run over channels, then kernel rows, then kernel columns.
//
// Bindings      0 input (N, C, H, W) real; 1 output (N, O, OH, OW) real; 2 weight (O, GROUP_CHANNELS, TAP_QUADS * 4)
//               real, what is beyond the kernel's KH * KW zero; 3 bias (O)
// Dispatch      one invocation a tile, (N, O / MAPS, TILES_Y, TILES_X), GroupCount.Linear
// Preconditions C / GROUP_CHANNELS groups divide O, and MAPS the channels of a group; 4 divides the elements of the
//               input, and TILE_COLUMNS; in strict numerics GROUP_CHANNELS is 1
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 19
#include "index.glsl"
#include "pointwise.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint HEIGHT = 1;
layout(constant_id = 3) const uint WIDTH = 1;
layout(constant_id = 4) const uint OUT_CHANNELS = 1;
layout(constant_id = 5) const uint OUT_HEIGHT = 1;
layout(constant_id = 6) const uint OUT_WIDTH = 1;
layout(constant_id = 7) const uint KERNEL_HEIGHT = 1;
layout(constant_id = 8) const uint KERNEL_WIDTH = 1;
layout(constant_id = 9) const uint STRIDE_HEIGHT = 1;
layout(constant_id = 10) const uint STRIDE_WIDTH = 1;
layout(constant_id = 11) const uint PADDING_HEIGHT = 0;
layout(constant_id = 12) const uint PADDING_WIDTH = 0;
layout(constant_id = 13) const uint DILATION_HEIGHT = 1;
layout(constant_id = 14) const uint DILATION_WIDTH = 1;
layout(constant_id = 15) const uint GROUP_CHANNELS = 1;
layout(constant_id = 16) const uint MAPS = 1;
layout(constant_id = 17) const uint TILE_ROWS = 1;
layout(constant_id = 18) const uint TILE_COLUMNS = 4;

READ_QUADS(0, Input, x4);
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 1) writeonly buffer OutputQuads { real4 y4[]; };
READ_QUADS(2, Weight, weight);
layout(binding = 3) readonly buffer Bias { float bias[]; };

const uint TILES_X = (OUT_WIDTH + TILE_COLUMNS - 1) / TILE_COLUMNS;
const uint TILES_Y = (OUT_HEIGHT + TILE_ROWS - 1) / TILE_ROWS;
const uint TAP_QUADS = (KERNEL_HEIGHT * KERNEL_WIDTH + 3) / 4;
const uint GROUP_OUTPUTS = OUT_CHANNELS / (CHANNELS / GROUP_CHANNELS);
const int LAST_QUAD = int(BATCH * CHANNELS * HEIGHT * WIDTH / 4) - 1;

// Cells under a tile along each axis, and the most quads that hold those of a row. A tile's first column is a multiple
// of four, so that in rows of whole quads the first cell is the same one of its quad everywhere.
const uint ROWS = (TILE_ROWS - 1) * STRIDE_HEIGHT + (KERNEL_HEIGHT - 1) * DILATION_HEIGHT + 1;
const uint COLUMNS = (TILE_COLUMNS - 1) * STRIDE_WIDTH + (KERNEL_WIDTH - 1) * DILATION_WIDTH + 1;
const uint LARGEST_SHIFT = WIDTH % 4 == 0 ? (4 - PADDING_WIDTH % 4) % 4 : 3;
const uint QUADS = (LARGEST_SHIFT + COLUMNS + 3) / 4;

void main() {
    uint index = linear_index();
    if (index >= BATCH * (OUT_CHANNELS / MAPS) * TILES_Y * TILES_X)
        return;
    uint map = index / (TILES_Y * TILES_X) * MAPS, channel = map % OUT_CHANNELS;
    uint first_row = index / TILES_X % TILES_Y * TILE_ROWS, first_column = index % TILES_X * TILE_COLUMNS;
    int top = int(first_row * STRIDE_HEIGHT) - int(PADDING_HEIGHT);
    int left = int(first_column * STRIDE_WIDTH) - int(PADDING_WIDTH);
    int plane = int((map / OUT_CHANNELS * CHANNELS + channel / GROUP_OUTPUTS * GROUP_CHANNELS) * HEIGHT * WIDTH);

    EXACT float sum[MAPS][TILE_ROWS][TILE_COLUMNS];
    UNROLL for (uint m = 0; m < MAPS; m++)
        UNROLL for (uint i = 0; i < TILE_ROWS; i++)
            UNROLL for (uint j = 0; j < TILE_COLUMNS; j++)
                sum[m][i][j] = bias[channel + m];

    for (uint c = 0; c < GROUP_CHANNELS; c++) {
        float taps[MAPS][TAP_QUADS * 4];
        UNROLL for (uint m = 0; m < MAPS; m++)
            UNROLL for (uint q = 0; q < TAP_QUADS; q++) {
                vec4 four = quad(weight, ((channel + m) * GROUP_CHANNELS + c) * TAP_QUADS + q);
                UNROLL for (uint i = 0; i < 4; i++)
                    taps[m][4 * q + i] = four[i];
            }
        UNROLL for (uint r = 0; r < ROWS; r++) {
            int row = top + int(r), place = plane + row * int(WIDTH) + left;
            uint shift = WIDTH % 4 == 0 ? LARGEST_SHIFT : uint(place & 3);
            float quads[QUADS * 4 + 4], cells[COLUMNS + 1];
            UNROLL for (uint q = 0; q < QUADS; q++) {
                vec4 four = quad(x4, clamp((place >> 2) + int(q), 0, LAST_QUAD));
                UNROLL for (uint i = 0; i < 4; i++)
                    quads[4 * q + i] = four[i];
            }
            UNROLL for (uint column = 0; column <= COLUMNS; column++)
                cells[column] = (shift & 2) != 0 ? quads[column + 2] : quads[column];
            UNROLL for (uint k = 0; k < COLUMNS; k++) {
                int column = left + int(k);
                bool is_inside = row >= 0 && row < int(HEIGHT) && column >= 0 && column < int(WIDTH);
                float cell = (shift & 1) != 0 ? cells[k + 1] : cells[k];
                cells[k] = is_inside ? cell : 0.0;
            }
            // The outputs of the tile whose windows have this row, as the kernel's row u.
            UNROLL for (uint i = 0; i < TILE_ROWS; i++) {
                uint below = r - i * STRIDE_HEIGHT, u = below / DILATION_HEIGHT;
                if (r >= i * STRIDE_HEIGHT && u < KERNEL_HEIGHT && below % DILATION_HEIGHT == 0)
                    UNROLL for (uint m = 0; m < MAPS; m++)
                        UNROLL for (uint v = 0; v < KERNEL_WIDTH; v++)
                            UNROLL for (uint j = 0; j < TILE_COLUMNS; j++)
                                sum[m][i][j] += taps[m][u * KERNEL_WIDTH + v]
                                    * cells[j * STRIDE_WIDTH + v * DILATION_WIDTH];
            }
        }
        plane += int(HEIGHT * WIDTH);
    }

    UNROLL for (uint m = 0; m < MAPS; m++)
        UNROLL for (uint i = 0; i < TILE_ROWS; i++)
            if (first_row + i < OUT_HEIGHT) {
                uint to = ((map + m) * OUT_HEIGHT + first_row + i) * OUT_WIDTH + first_column;
                if (OUT_WIDTH % 4 == 0) {
                    // Four at once: processors' drivers store lane by lane, whatever the size.
                    UNROLL for (uint j = 0; j < TILE_COLUMNS; j += 4)
                        if (first_column + j < OUT_WIDTH) {
                            vec4 four;
                            UNROLL for (uint k = 0; k < 4; k++)
                                four[k] = pointwise(sum[m][i][j + k]);
                            y4[(to + j) / 4] = stored4(four);
                        }
                } else
                    UNROLL for (uint j = 0; j < TILE_COLUMNS; j++)
                        if (first_column + j < OUT_WIDTH)
                            y[to + j] = stored(pointwise(sum[m][i][j]));
            }
}
