// The body of the kernels that compute a 2-D convolution as a product of two matrices of 16-bit floats on a GPU's
// matrix units (VK_KHR_cooperative_matrix), with sums in 32 bits: output channels by pixels, summed over the cells of a
// window: over kernel rows, then kernel columns, then channels. A workgroup computes a tile of TILE channels by TILE
// pixels: two rows of ACROSS subgroups, each a block of it; both are to be defined first. Steps of DEPTH cells are
// staged in shared memory, and each step is loaded while the one before it is computed. Workgroups along z divide the
// sum.
// tools/ShaderCompiler makes the KHR extension of NVIDIA's, which is the one that all its compilers know.
//
// Bindings      0 input (N, C, H, W) f16; 1 output (N, O, OH, OW) f16; if PARTS is not 1, sums (PARTS, N, O, OH, OW)
//                 f32 without bias and pointwise operator, which conv2d_gemm_sums.comp adds;
//               2 weight (GROUPS, TILES, STEPS, TILE, DEPTH) f16, what is beyond the shape zero;
//               3 bias (GROUPS, TILES, TILE) f32; 4 with ADDS_RESIDUAL, where PARTS is 1: what is added to the output
//                 (N, O, OH, OW) f16
// Dispatch      x: ceil(N * OH * OW / TILE), y: GROUPS * TILES, z: PARTS
// Preconditions no specialization constant of the shape but the padding is 0; O / GROUPS, C / GROUPS are integers;
//               matrices of MATRIX_ROWS x MATRIX_DEPTH by MATRIX_DEPTH x MATRIX_COLUMNS are among the device's, and
//               divide BLOCK_ROWS x DEPTH by DEPTH x BLOCK_COLUMNS; MATRIX_ROWS is at most 16; WORKGROUP_SIZE is that
//               of all the subgroups, a power of two and at most DEPTH * TILE / 4
#extension GL_KHR_memory_scope_semantics : require
#extension GL_NV_cooperative_matrix : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#define POINTWISE_ID 20
#include "pointwise.glsl"

layout(local_size_x_id = 23) in;
#include "conv2d_shape.glsl"
layout(constant_id = 16) const uint PARTS = 1;
layout(constant_id = 17) const uint MATRIX_ROWS = 16;
layout(constant_id = 18) const uint MATRIX_COLUMNS = 16;
layout(constant_id = 19) const uint MATRIX_DEPTH = 16;
layout(constant_id = 23) const uint WORKGROUP_SIZE = 128;

layout(binding = 0) readonly buffer Input { real x[]; };
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 1) writeonly buffer Sums { float sums[]; };
layout(binding = 2) readonly buffer Weight { uvec2 weight[]; };  // words of four
layout(binding = 3) readonly buffer Bias { float bias[]; };
#define RESIDUAL_BINDING 4
#include "residual.glsl"

const uint DEPTH = 32, BLOCK_ROWS = TILE / 2, BLOCK_COLUMNS = TILE / ACROSS;
const uint GROUP_IN = CHANNELS / GROUPS, GROUP_OUT = OUT_CHANNELS / GROUPS;
const uint TILES = (GROUP_OUT + TILE - 1) / TILE;  // of one group
const uint STEPS = (KERNEL_HEIGHT * KERNEL_WIDTH * GROUP_IN + DEPTH - 1) / DEPTH;
const uint STEPS_OF_PART = (STEPS + PARTS - 1) / PARTS;
// Words of four that an invocation stages of each operand, and the pixels that its cells belong to.
const uint WORDS = DEPTH * TILE / 4 / WORKGROUP_SIZE;
const uint WINDOWS = WORKGROUP_SIZE < TILE ? TILE / WORKGROUP_SIZE : 1;
const uint ROWS = BLOCK_ROWS / MATRIX_ROWS, COLUMNS = BLOCK_COLUMNS / MATRIX_COLUMNS;  // of matrices in a block

// Rows of words: the cells of each channel, then those of each pixel, because matrix units take pairs of cells. Eight
// unused numbers keep rows apart in the banks. Behind the last step, floats that the sums pass through: rows of pixels,
// apart in the same way.
const uint ROW = DEPTH / 4 + 2, FIRST_PIXEL = TILE * ROW, SUMS_ROW = TILE + 8;
shared uvec2 staged[2 * TILE * ROW];

#define LISTS_PLACES
#include "conv2d_places.glsl"

const uint NO_TARGET = 0xFFFFFFFF;  // of a pixel beyond the last

// Four cells of a step, from the first on.
uvec2 word(Window window, uint step, uint first) {
    uint k = step * DEPTH + first;
    bool is_inside;
    real4 cells;
    if (GROUP_IN % 4 == 0) {
        // They are of one tap, and where a step is, the device computes the tap's place once for all of its cells.
        uint at;
        if (GROUP_IN % DEPTH == 0)
            at = place_of(window, step * DEPTH / GROUP_IN, step * DEPTH % GROUP_IN + first, is_inside);
        else
            at = place_of(window, k, is_inside);
        [[unroll]] for (uint i = 0; i < 4; i++)
            cells[i] = x[at + i * PLANE];
        return is_inside ? uvec2(packFloat2x16(cells.xy), packFloat2x16(cells.zw)) : uvec2(0);
    }
    [[unroll]] for (uint i = 0; i < 4; i++) {
        real value = x[place_of(window, k + i, is_inside)];
        cells[i] = is_inside ? value : real(0.0);
    }
    return uvec2(packFloat2x16(cells.xy), packFloat2x16(cells.zw));
}

void load(Window windows[WINDOWS], uint tile, uint step, out uvec2 cells[WORDS], out uvec2 channels[WORDS]) {
    uint id = gl_LocalInvocationID.x;
    [[unroll]] for (uint i = 0; i < WORDS; i++) {
        cells[i] = word(windows[i % WINDOWS], step, (id + i * WORKGROUP_SIZE) / TILE * 4);
        channels[i] = weight[(tile * STEPS + step) * (DEPTH * TILE / 4) + id + i * WORKGROUP_SIZE];
    }
}

void main() {
    uint tile = gl_WorkGroupID.y, group = tile / TILES, id = gl_LocalInvocationID.x;
    uint first_pixel = gl_WorkGroupID.x * TILE;
    uint down = gl_SubgroupID / ACROSS * BLOCK_ROWS, across = gl_SubgroupID % ACROSS * BLOCK_COLUMNS;

    // Pixels beyond the last compute the last one again, and are not stored.
    Window windows[WINDOWS];
    [[unroll]] for (uint i = 0; i < WINDOWS; i++)
        windows[i] = window_of(min(first_pixel + (id + i * WORKGROUP_SIZE) % TILE, BATCH * OUT_PLANE - 1), group);
    list_places(id, WORKGROUP_SIZE);

    fcoopmatNV<32, gl_ScopeSubgroup, MATRIX_ROWS, MATRIX_COLUMNS> sum[ROWS * COLUMNS];
    [[unroll]] for (uint i = 0; i < ROWS * COLUMNS; i++)
        sum[i] = fcoopmatNV<32, gl_ScopeSubgroup, MATRIX_ROWS, MATRIX_COLUMNS>(0.0);

    uint begin = gl_WorkGroupID.z * STEPS_OF_PART, end = min(begin + STEPS_OF_PART, STEPS);
    uvec2 cells[WORDS], channels[WORDS];
    load(windows, tile, min(begin, STEPS - 1), cells, channels);
    for (uint step = begin; step < end; step++) {
        [[unroll]] for (uint i = 0; i < WORDS; i++) {
            uint at = id + i * WORKGROUP_SIZE;
            staged[at / (DEPTH / 4) * ROW + at % (DEPTH / 4)] = channels[i];
            staged[FIRST_PIXEL + at % TILE * ROW + at / TILE] = cells[i];
        }
        barrier();
        if (step + 1 < end)
            load(windows, tile, step + 1, cells, channels);
        // Without a hint: a driver that emulates matrices takes minutes to unroll it.
        for (uint k = 0; k < DEPTH; k += MATRIX_DEPTH) {
            fcoopmatNV<16, gl_ScopeSubgroup, MATRIX_ROWS, MATRIX_DEPTH> left[ROWS];
            [[unroll]] for (uint r = 0; r < ROWS; r++)
                coopMatLoadNV(left[r], staged, (down + r * MATRIX_ROWS) * ROW + k / 4, ROW, false);
            [[unroll]] for (uint c = 0; c < COLUMNS; c++) {
                fcoopmatNV<16, gl_ScopeSubgroup, MATRIX_DEPTH, MATRIX_COLUMNS> right;
                coopMatLoadNV(right, staged, FIRST_PIXEL + (across + c * MATRIX_COLUMNS) * ROW + k / 4, ROW, true);
                [[unroll]] for (uint r = 0; r < ROWS; r++)
                    sum[r * COLUMNS + c] = coopMatMulAddNV(left[r], right, sum[r * COLUMNS + c]);
            }
        }
        barrier();
    }

    // Where the pixels are that an invocation stores.
    uint targets[WINDOWS];
    [[unroll]] for (uint i = 0; i < WINDOWS; i++) {
        uint pixel = first_pixel + (id + i * WORKGROUP_SIZE) % TILE;
        targets[i] = pixel < BATCH * OUT_PLANE
            ? (pixel / OUT_PLANE * OUT_CHANNELS + group * GROUP_OUT) * OUT_PLANE + pixel % OUT_PLANE
            : NO_TARGET;
    }
    // Of both rows of subgroups a row of matrices after the other, through what was staged.
    [[unroll]] for (uint r = 0; r < ROWS; r++) {
        [[unroll]] for (uint c = 0; c < COLUMNS; c++)
            coopMatStoreNV(
                sum[r * COLUMNS + c], staged,
                (gl_SubgroupID / ACROSS * MATRIX_ROWS * SUMS_ROW + across + c * MATRIX_COLUMNS) / 2, SUMS_ROW / 2,
                false);
        barrier();
        [[unroll]] for (uint i = 0; i < 2 * MATRIX_ROWS * TILE / WORKGROUP_SIZE; i++) {
            // One of a few pixels, and rows as far apart as the workgroup is wide.
            uint column = (id + i % WINDOWS * WORKGROUP_SIZE) % TILE, target = targets[i % WINDOWS];
            uint from = WINDOWS > 1 ? i / WINDOWS : id / TILE + i * (WORKGROUP_SIZE / TILE);
            uint row = from / MATRIX_ROWS * BLOCK_ROWS + r * MATRIX_ROWS + from % MATRIX_ROWS;
            uint channel = tile % TILES * TILE + row;
            if (target == NO_TARGET || channel >= GROUP_OUT)
                continue;
            uint at = from * SUMS_ROW + column, to = target + channel * OUT_PLANE;
            float total = uintBitsToFloat(staged[at / 2][at % 2]);
            if (PARTS == 1)
                y[to] = stored(pointwise(with_residual(total + bias[tile * TILE + row], to)));
            else
                sums[gl_WorkGroupID.z * (BATCH * OUT_CHANNELS * OUT_PLANE) + to] = total;
        }
        barrier();
    }
}
