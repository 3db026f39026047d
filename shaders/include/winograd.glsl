// Winograd's transforms F(4, 3) and F(4, 5): ALPHA, to be defined first, is 6 or 8 inputs for 4 outputs along each
// axis. The points are 0, 1, -1, 1/2, -2 and infinity; 0, 1, -1, 2, -2, 1/2, -1/2 and infinity. Of those with exact
// coefficients they lose least: a 3x3 convolution of 192 channels is off by 2e-6 of its largest value, as few as with
// F(3, 3). Winograd.cs transforms the weights.
// Tiles and weights are transformed in 32 bits, whatever activations are stored as: with 16 bits the mean square error
// would be 30 times that of a direct convolution. Only GPUs compute so in sessions of 16 bits: with a CPU's driver such
// a session is there to save memory, which transformed weights take eight times as much of.
#define TILE 4

#if ALPHA == 6
#define DEFINE_TRANSFORMS(T)                                                                                \
    T[6] transform_input(T d[6]) {                                                                          \
        return T[6](                                                                                        \
            d[0] + d[4] + 1.5 * (d[3] - d[1]) - 2.0 * d[2], d[4] - d[1] + 0.5 * d[2] + 2.5 * d[3],          \
            d[4] + d[1] - 2.5 * d[2] + 0.5 * d[3], d[4] - d[2] + 2.0 * (d[3] - d[1]),                       \
            d[4] - d[2] + 0.5 * (d[1] - d[3]), d[5] + d[1] + 1.5 * (d[4] - d[2]) - 2.0 * d[3]);             \
    }                                                                                                       \
    T[4] transform_output(T m[6]) {                                                                         \
        T sum = m[1] + m[2], difference = m[1] - m[2];                                                      \
        return T[4](                                                                                        \
            m[0] + sum + m[3] + m[4], difference + 0.5 * m[3] - 2.0 * m[4], sum + 0.25 * m[3] + 4.0 * m[4], \
            difference + 0.125 * m[3] - 8.0 * m[4] + m[5]);                                                 \
    }
#else
#define DEFINE_TRANSFORMS(T)                                                                                \
    T[8] transform_input(T d[8]) {                                                                          \
        T even1 = d[2] - 4.25 * d[4] + d[6], odd1 = d[1] - 4.25 * d[3] + d[5];                              \
        T even2 = 0.25 * d[2] - 1.25 * d[4] + d[6], odd2 = 0.5 * d[1] - 2.5 * d[3] + 2.0 * d[5];            \
        T even3 = 4.0 * d[2] - 5.0 * d[4] + d[6], odd3 = 2.0 * d[1] - 2.5 * d[3] + 0.5 * d[5];              \
        return T[8](                                                                                        \
            d[6] - d[0] + 5.25 * (d[2] - d[4]), even1 + odd1, even1 - odd1, even2 + odd2, even2 - odd2,     \
            even3 + odd3, even3 - odd3, d[7] - d[1] + 5.25 * (d[3] - d[5]));                                \
    }                                                                                                       \
    T[4] transform_output(T m[8]) {                                                                         \
        T sum1 = m[1] + m[2], sum2 = m[3] + m[4], sum3 = m[5] + m[6];                                       \
        T difference1 = m[1] - m[2], difference2 = m[3] - m[4], difference3 = m[5] - m[6];                  \
        return T[4](                                                                                        \
            m[0] + sum1 + sum2 + sum3, difference1 + 2.0 * difference2 + 0.5 * difference3,                 \
            sum1 + 4.0 * sum2 + 0.25 * sum3, difference1 + 8.0 * difference2 + 0.125 * difference3 + m[7]); \
    }
#endif
