// What activations and the large weights are stored as: 32-bit floats, or with FP16 16-bit ones. Computation is in 32
// bits in
// both: convert what is loaded, float(x[i]), and what is stored, real(y). Include it first: the extension must come
// first.
#ifdef FP16
#extension GL_EXT_shader_16bit_storage : require
#define real float16_t
#define real4 f16vec4
#else
#define real float
#define real4 vec4
#endif
