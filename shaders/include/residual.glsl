// The other operand of a residual connection, which a convolution's kernel adds to each element of its output before
// the pointwise operator: the binding RESIDUAL_BINDING, to be defined first, in the kernels that define ADDS_RESIDUAL.
// It is a binding more, and not every device takes more than four, so these kernels are compiled without it, too.
#ifdef ADDS_RESIDUAL
layout(binding = RESIDUAL_BINDING) readonly buffer Residual { real residual[]; };

float with_residual(float value, uint place) { return value + float(residual[place]); }
#else
float with_residual(float value, uint place) { return value; }
#endif
