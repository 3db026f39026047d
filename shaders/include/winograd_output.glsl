// The body of the kernels that transform the products back. Four products are loaded at once: as a texel with TEXEL,
// else as a WORD, to be defined first: vec4, or u64vec2 and WORD_IS_PAIRS. With ONE_TILE an invocation loads a single
// product, a float, and needs a quarter of the registers. With ADDS_RESIDUAL there is a binding more: see
// residual.glsl.
#include "index.glsl"
#include "winograd.glsl"
#define SHAPE_BINDING 3
#include "winograd_shape.glsl"
#define POINTWISE_ID 0
#include "pointwise.glsl"

#ifdef ONE_TILE
#define WORD float
#define of_tiles float
#define TILES 1
#define tile_of(values, t) values
#else
#define of_tiles vec4
#define TILES 4
#define tile_of(values, t) values[t]
#endif
#ifdef TEXEL
layout(binding = 0) uniform samplerBuffer x;
#define WORDS uint(textureSize(x))
#else
layout(binding = 0) readonly buffer Input { WORD x[]; };
#define WORDS x.length()
#endif
layout(binding = 1) writeonly buffer Output { real y[]; };
layout(binding = 2) readonly buffer Bias { float bias[]; };
#define RESIDUAL_BINDING 4
#include "residual.glsl"

DEFINE_TRANSFORMS(of_tiles)

of_tiles products_at(uint place) {
#ifdef TEXEL
    return texelFetch(x, int(place));
#elif defined(WORD_IS_PAIRS)
    WORD word = x[place];
    return uintBitsToFloat(uvec4(unpackUint2x32(word.x), unpackUint2x32(word.y)));
#else
    return x[place];
#endif
}

void main() {
    uint per_image = shape.across * shape.down, out_plane = shape.out_height * shape.out_width;
    uint tiles = shape.images * per_image;
    uint words = WORDS / (ALPHA * ALPHA * shape.padded_channels);  // places for tiles, TILES each
    uint index = linear_index(), channel = index / words, tile = index % words * TILES;
    if (channel >= shape.out_channels || tile >= tiles)
        return;
    uint matrix = shape.padded_channels * words, first = channel * words + tile / TILES;
    of_tiles columns[TILE][ALPHA];
    [[unroll]] for (uint i = 0; i < ALPHA; i++) {
        of_tiles products[ALPHA];
        [[unroll]] for (uint j = 0; j < ALPHA; j++)
            products[j] = products_at((i * ALPHA + j) * matrix + first);
        of_tiles[TILE] transformed = transform_output(products);
        [[unroll]] for (uint j = 0; j < TILE; j++)
            columns[j][i] = transformed[j];
    }
    float base = bias[channel];
    of_tiles results[TILE][TILE];
    [[unroll]] for (uint j = 0; j < TILE; j++)
        results[j] = transform_output(columns[j]);
    uint height = shape.out_height, width = shape.out_width, channels = shape.out_channels, across = shape.across;
    uint first_image = shape.first_image;
    // A loop that is not unrolled: stores make long code, and a driver compiles it at the first run.
    [[dont_unroll]] for (uint t = 0; t < TILES; t++) {
        uint of_image = (tile + t) % per_image, row = of_image / across * TILE, column = of_image % across * TILE;
        uint place = ((first_image + (tile + t) / per_image) * channels + channel) * out_plane + row * width + column;
        [[unroll]] for (uint j = 0; j < TILE; j++)
            [[unroll]] for (uint i = 0; i < TILE; i++)
                if (tile + t < tiles && column + j < width && row + i < height) {
                    uint at = place + i * width + j;
                    y[at] = stored(pointwise(with_residual(tile_of(results[j][i], t) + base, at)));
                }
    }
}
