// The sum of what an earlier kernel has left of an element, slice by slice, in their order. Declare the buffer sums
// first.
#include "strict.glsl"

float sum_of_slices(float first, uint slices, uint stride, uint index) {
    EXACT float sum = first;
#ifdef STRICT
    for (uint slice = 0; slice < slices; slice++)
        sum += sums[slice * stride + index];
#else
    // Four are loaded before the first is added: a GPU would wait for each, one after the other.
    for (uint slice = 0; slice < slices; slice += 4) {
        float loaded[4];
        [[unroll]] for (uint i = 0; i < 4; i++)
            loaded[i] = sums[min(slice + i, slices - 1) * stride + index];
        [[unroll]] for (uint i = 0; i < 4; i++)
            sum = slice + i < slices ? sum + loaded[i] : sum;
    }
#endif
    return sum;
}
