#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// y[m, n] = sum over k of a[m, k] b[k, n] of each pair of matrices. An invocation computes 4 x 4 outputs.
//
// Bindings      0 a (N, LEFT_MATRICES, ROWS, TERMS) real; 1 b (N, RIGHT_MATRICES, TERMS, COLUMNS) real;
//               2 output (N, MATRICES, ROWS, COLUMNS) real
// Dispatch      one invocation for 4 x 4 outputs of a matrix, GroupCount.Linear
// Preconditions LEFT_MATRICES and RIGHT_MATRICES are MATRICES or 1; with TEXEL, 4 divides TERMS and COLUMNS
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint MATRICES = 1;
layout(constant_id = 2) const uint LEFT_MATRICES = 1;
layout(constant_id = 3) const uint RIGHT_MATRICES = 1;
layout(constant_id = 4) const uint ROWS = 1;
layout(constant_id = 5) const uint TERMS = 1;
layout(constant_id = 6) const uint COLUMNS = 1;

READ_ELEMENTS(0, Left, a);
READ_ELEMENTS(1, Right, b);
layout(binding = 2) writeonly buffer Output { real y[]; };

const uint TILE = 4;
const uint TILES_DOWN = (ROWS + TILE - 1) / TILE;
const uint TILES_ACROSS = (COLUMNS + TILE - 1) / TILE;
// Sums are taken in blocks of this many terms, and then of the blocks, as in linear.glsl.
const uint BLOCK = 64;

// Four elements of a row of a from one on, and of a row of b. Those beyond the row's last are the last again.
#ifdef TEXEL
#define FOUR(x, row, first, length) elements(x, (row) * (length) + (first))
#else
#define ONE(x, row, place, length) float(x[(row) * (length) + min(place, (length) - 1)])
#define FOUR(x, row, first, length)                                                         \
    vec4(                                                                                   \
        ONE(x, row, first, length), ONE(x, row, (first) + 1, length),                       \
        ONE(x, row, (first) + 2, length), ONE(x, row, (first) + 3, length))
#endif

void main() {
    uint index = linear_index();
    if (index >= BATCH * MATRICES * TILES_DOWN * TILES_ACROSS)
        return;
    uint column = index % TILES_ACROSS * TILE;
    uint row = index / TILES_ACROSS % TILES_DOWN * TILE;
    uint matrix = index / TILES_ACROSS / TILES_DOWN;
    uint item = matrix / MATRICES;
    // The first row of each of the two matrices.
    uint left = (item * LEFT_MATRICES + matrix % MATRICES % LEFT_MATRICES) * ROWS;
    uint right = (item * RIGHT_MATRICES + matrix % MATRICES % RIGHT_MATRICES) * TERMS;

    EXACT vec4 sum[TILE];
    UNROLL for (uint r = 0; r < TILE; r++)
        sum[r] = vec4(0.0);
    for (uint first = 0; first < TERMS; first += BLOCK) {
        EXACT vec4 block[TILE];
        UNROLL for (uint r = 0; r < TILE; r++)
            block[r] = vec4(0.0);
        uint end = min(first + BLOCK, TERMS);
        for (uint k = first; k < end; k += 4) {
            vec4 lefts[TILE];
            UNROLL for (uint r = 0; r < TILE; r++)
                lefts[r] = FOUR(a, left + min(row + r, ROWS - 1), k, TERMS);
            UNROLL for (uint c = 0; c < 4; c++) {
                if (k + c < TERMS) {
                    vec4 rights = FOUR(b, right + k + c, column, COLUMNS);
                    UNROLL for (uint r = 0; r < TILE; r++)
                        UNROLL for (uint n = 0; n < TILE; n++)
                            block[r][n] = multiply_add(lefts[r][c], rights[n], block[r][n]);
                }
            }
        }
        UNROLL for (uint r = 0; r < TILE; r++)
            sum[r] += block[r];
    }

    UNROLL for (uint r = 0; r < TILE; r++)
        UNROLL for (uint n = 0; n < TILE; n++)
            if (row + r < ROWS && column + n < COLUMNS)
                y[(matrix * ROWS + row + r) * COLUMNS + column + n] = stored(sum[r][n]);
}
