// The shape of a 2-D convolution, as the specialization constants 0 to 15.
layout(constant_id = 0) const uint BATCH = 1;
layout(constant_id = 1) const uint CHANNELS = 1;
layout(constant_id = 2) const uint HEIGHT = 1;
layout(constant_id = 3) const uint WIDTH = 1;
layout(constant_id = 4) const uint OUT_CHANNELS = 1;
layout(constant_id = 5) const uint OUT_HEIGHT = 1;
layout(constant_id = 6) const uint OUT_WIDTH = 1;
layout(constant_id = 7) const uint KERNEL_HEIGHT = 1;
layout(constant_id = 8) const uint KERNEL_WIDTH = 1;
layout(constant_id = 9) const uint STRIDE_HEIGHT = 1;
layout(constant_id = 10) const uint STRIDE_WIDTH = 1;
layout(constant_id = 11) const uint PADDING_HEIGHT = 0;
layout(constant_id = 12) const uint PADDING_WIDTH = 0;
layout(constant_id = 13) const uint DILATION_HEIGHT = 1;
layout(constant_id = 14) const uint DILATION_WIDTH = 1;
layout(constant_id = 15) const uint GROUPS = 1;
