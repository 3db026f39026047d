// What the kernels of a linear layer share: their shape, their operands, and how they read inputs. Weights lie in
// tiles of 64 features, in the order in which they are read: eight lanes read 128 bytes without a gap, and what they
// read next lies behind it.
//
// Bindings      0 input (N, I) real; 1 output (N, O) real, of which FEATURES features from FIRST on are written, or
//                 with SLICES > 1 sums (SLICES, N, FEATURES) f32 for linear_sum, without the bias;
//               2 weight (ceil(FEATURES / 64), ceil(I / 4), 8, 8, 4) real: tile, four inputs, every eighth feature of
//                 the tile from its lane on, lane, input; zero beyond the last; 3 bias f32, padded to whole tiles
#include "texel.glsl"
#include "strict.glsl"
#define POINTWISE_ID 6
#include "pointwise.glsl"

layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint IN_FEATURES = 1;
layout(constant_id = 2) const uint OUT_FEATURES = 1;
layout(constant_id = 3) const uint FIRST = 0;
layout(constant_id = 4) const uint FEATURES = 1;
layout(constant_id = 5) const uint SLICES = 1;

READ_QUADS(0, Input4, x4);
#ifndef TEXEL
layout(binding = 0) readonly buffer Input { real x[]; };
#endif
READ_QUADS(2, Weight, weight);
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 1) writeonly buffer Sums { float sums[]; };
layout(binding = 3) readonly buffer Bias { float bias[]; };

const uint LANES = 8;                        // that read neighbouring weights
const uint TILE_FEATURES = 64;
const uint QUADS = (IN_FEATURES + 3) / 4;

// Four inputs from one on. Those beyond the last input are some others.
vec4 inputs(uint place) {
#ifndef TEXEL
    if (IN_FEATURES % 4 != 0) {
        uvec4 p = min(place + uvec4(0, 1, 2, 3), BATCH * IN_FEATURES - 1);
        return vec4(float(x[p.x]), float(x[p.y]), float(x[p.z]), float(x[p.w]));
    }
#endif
    return quad(x4, place / 4);
}
