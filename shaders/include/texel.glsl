// How a kernel reads a large operand: from a storage buffer, or as texels of four elements, which processors' drivers
// load in a fraction of the time. A kernel that includes this file itself is compiled twice: as NAME, and with TEXEL
// defined as NAME_texel, for operands of whole texels; who launches that says which bindings they are
// (KernelDispatch.Texels).
#ifndef TEXEL_GLSL
#define TEXEL_GLSL
#include "storage.glsl"

// READ_ELEMENTS declares an operand to be read by element(x, i) or elements(x, i), READ_QUADS one to be read by quad(x,
// i), which is elements 4 i to 4 i + 3; READ_FLOAT_QUADS one of 32 bits in any precision.
// An invocation that computes AT_ONCE elements side by side, four or one, has them as `floats`: elements(x, i) reads
// them for an i that AT_ONCE divides, EACH applies a function to one after the other, STORE_EACH stores them.
// WRITE_ELEMENTS declares an output that STORE_ELEMENTS stores them in, for an i that AT_ONCE divides: at once, because
// processors' drivers store lane by lane, and a lane's four numbers cost little more than one.
#ifdef TEXEL
#define READ_ELEMENTS(place, block, name) layout(binding = place) uniform samplerBuffer name
#define READ_QUADS(place, block, name) layout(binding = place) uniform samplerBuffer name
#define READ_FLOAT_QUADS(place, block, name) layout(binding = place) uniform samplerBuffer name
#define element(x, i) texelFetch(x, int((i) / 4))[(i) % 4]
#define quad(x, i) texelFetch(x, int(i))
#define AT_ONCE 4
#define floats vec4
#define elements(x, i) texelFetch(x, int((i) / 4))
#define EACH(f, a) vec4(f((a).x), f((a).y), f((a).z), f((a).w))
#define EACH_OF_TWO(f, a, b) vec4(f((a).x, (b).x), f((a).y, (b).y), f((a).z, (b).z), f((a).w, (b).w))
#define WRITE_ELEMENTS(place, block, name) layout(binding = place) writeonly buffer block { real4 name[]; }
#define STORE_ELEMENTS(y, i, a) { y[(i) / 4] = stored4(a); }
#define STORE_EACH(y, i, a) \
    { y[i] = stored((a).x); y[(i) + 1] = stored((a).y); y[(i) + 2] = stored((a).z); y[(i) + 3] = stored((a).w); }
#else
#define READ_ELEMENTS(place, block, name) layout(binding = place) readonly buffer block { real name[]; }
#define READ_QUADS(place, block, name) layout(binding = place) readonly buffer block { real4 name[]; }
#define READ_FLOAT_QUADS(place, block, name) layout(binding = place) readonly buffer block { vec4 name[]; }
#define element(x, i) float(x[i])
#define quad(x, i) vec4(x[i])
#define AT_ONCE 1
#define floats float
#define elements(x, i) float(x[i])
#define EACH(f, a) f(a)
#define EACH_OF_TWO(f, a, b) f(a, b)
#define WRITE_ELEMENTS(place, block, name) layout(binding = place) writeonly buffer block { real name[]; }
#define STORE_ELEMENTS(y, i, a) { y[i] = stored(a); }
#define STORE_EACH(y, i, a) { y[i] = stored(a); }
#endif

#endif
