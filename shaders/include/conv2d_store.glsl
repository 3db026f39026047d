// The end of main in the direct convolution kernels: stores `sum`, 4 * VECTORS channels of PIXELS pixels of a tile of a
// group, with the
// pointwise operator that follows. Pixels and channels beyond the last are not stored.
    UNROLL for (uint p = 0; p < PIXELS; p++) {
        uint pixel = first + p * gl_WorkGroupSize.x;
        if (pixel < BATCH * OUT_PLANE) {
            uint plane = pixel / OUT_PLANE * OUT_CHANNELS + group * GROUP_OUT_CHANNELS;
            UNROLL for (uint i = 0; i < VECTORS * 4; i++) {
                uint channel = tile % TILES * VECTORS * 4 + i;
                if (channel < GROUP_OUT_CHANNELS)
                    y[(plane + channel) * OUT_PLANE + pixel % OUT_PLANE] = stored(pointwise(sum[i / 4][p][i % 4]));
            }
        }
    }
