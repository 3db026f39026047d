// What the kernels of Reduce share. Rows of LENGTH elements are cut into lines of WIDTH elements, of which the last may
// be shorter. What stands in one column of a row is combined to one number: WIDTH numbers of each row. Include it
// behind the declaration of the input, x.
#include "texel.glsl"
#include "strict.glsl"
#include "index.glsl"
#include "elementary.glsl"

layout(constant_id = 0) const uint COUNT = 1;    // The numbers that come of it.
layout(constant_id = 1) const uint LENGTH = 1;
layout(constant_id = 2) const uint WIDTH = 1;
layout(constant_id = 3) const uint TERM = 0;
layout(constant_id = 4) const uint COMBINE = 0;
layout(constant_id = 5) const uint FINISH = 0;
layout(constant_id = 6) const uint TERMS = 1;    // Of a mean: all that were added up, in this launch and those before.

// TERM, COMBINE and FINISH as ReductionSteps.cs has them.
const uint MAGNITUDE = 1, SQUARE = 2;
const uint PRODUCT = 1, LARGEST = 2, LEAST = 3, LOG_SUM_EXP = 4;
const uint MEAN = 1, ROOT = 2;

float term_of(float value) {
    EXACT float square = value * value;
    return TERM == MAGNITUDE ? abs(value) : TERM == SQUARE ? square : value;
}

// NaN stays.
float combined(float total, float term) {
    EXACT float sum = total + term, product = total * term;
    if (COMBINE == PRODUCT)
        return passed(product);
    if (COMBINE == LARGEST)
        return term > total || term != term ? term : total;
    if (COMBINE == LEAST)
        return term < total || term != term ? term : total;
    return sum;
}

float finished(float total) {
    return FINISH == MEAN ? divide(total, float(TERMS)) : FINISH == ROOT ? root(total) : total;
}

float larger(float value, float largest) {
    return value > largest || value != value ? value : largest;
}

// NaN and infinities are what they come to: with them there is no difference to the largest.
float log_of_sum(float largest, float total) {
    EXACT float sum = largest + logarithm(total);
    return abs(largest) <= LARGEST_FLOAT ? passed(sum) : largest;
}

floats log_sum_exp(uint begin, uint end) {
    floats largest = elements(x, begin);
    for (uint i = begin + WIDTH; i < end; i += WIDTH) {
        floats value = elements(x, i);
        largest = EACH_OF_TWO(larger, value, largest);
    }
    EXACT floats total = floats(0.0);
    for (uint i = begin; i < end; i += WIDTH) {
        floats value = elements(x, i);
        total += EACH_OF_TWO(weight_of, value, largest);
    }
    return EACH_OF_TWO(log_of_sum, largest, total);
}

// The numbers from this one on, AT_ONCE of them.
floats reduced(uint index) {
    uint first = index / WIDTH * LENGTH, begin = first + index % WIDTH, end = first + LENGTH;
    if (COMBINE == LOG_SUM_EXP)
        return log_sum_exp(begin, end);
    floats value = elements(x, begin);
    floats total = EACH(term_of, value);
    for (uint i = begin + WIDTH; i < end; i += WIDTH) {
        value = elements(x, i);
        value = EACH(term_of, value);
        total = EACH_OF_TWO(combined, total, value);
    }
    return EACH(finished, total);
}

// What the next launch reads: a part of a sum is not held to 0 or TINY.
#ifdef TEXEL
#define KEEP_EACH(y, i, a) { y[i] = (a).x; y[(i) + 1] = (a).y; y[(i) + 2] = (a).z; y[(i) + 3] = (a).w; }
#else
#define KEEP_EACH(y, i, a) { y[i] = a; }
#endif
