// Where the cells of a window are in the input of a 2-D convolution that is computed as a product of matrices. To be
// defined first: conv2d_shape.glsl; GROUP_IN, the channels of a group; DEPTH, the cells of a step; STEPS, all steps.
//
// Where the channels fill no step, each of its cells may be of another tap, and finding it takes divisions. So what is
// the same for all pixels is listed in shared memory where the window is small: as in the first layer of a network.
const uint PLANE = HEIGHT * WIDTH, OUT_PLANE = OUT_HEIGHT * OUT_WIDTH;
const uint TAPS = KERNEL_HEIGHT * KERNEL_WIDTH;
const bool IS_PADDED = PADDING_HEIGHT > 0 || PADDING_WIDTH > 0;
const uint MOST_PLACES = 512;  // 4 KiB
const uint NOWHERE = 0xFFFF;   // the row of a cell behind the window's last; listed images are lower

#ifdef LISTS_PLACES
// Ternaries, not a chain of &&, which shaderc 2023.2 gets wrong for specialization constants.
const bool IS_SMALL = STEPS * DEPTH <= MOST_PLACES ? HEIGHT + 2 * PADDING_HEIGHT < NOWHERE : false;
const bool IS_LISTED = GROUP_IN % DEPTH == 0 ? false : (IS_SMALL ? WIDTH + 2 * PADDING_WIDTH < NOWHERE : false);
// At least 16 bytes, the alignment of what may lie behind it.
shared uvec2 places[IS_LISTED ? STEPS * DEPTH : 2];  // from the window's first cell; its row, and its column << 16

// Lists them, by all invocations of a workgroup of the size given.
void list_places(uint id, uint workgroup) {
    if (!IS_LISTED)
        return;
    for (uint k = id; k < STEPS * DEPTH; k += workgroup) {
        uint tap = k / GROUP_IN, channel = k % GROUP_IN;
        uint row = tap / KERNEL_WIDTH * DILATION_HEIGHT, column = tap % KERNEL_WIDTH * DILATION_WIDTH;
        places[k] = uvec2(channel * PLANE + row * WIDTH + column, tap < TAPS ? row | column << 16 : NOWHERE);
    }
    barrier();
}
#endif

// Where the cells of a pixel are.
struct Window {
    uint base;      // of the group's first plane in the pixel's image
    int top, left;  // of the window, which may begin in the padding
};

Window window_of(uint pixel, uint group) {
    uint place = pixel % OUT_PLANE;
    return Window(
        (pixel / OUT_PLANE * CHANNELS + group * GROUP_IN) * PLANE,
        int(place / OUT_WIDTH * STRIDE_HEIGHT) - int(PADDING_HEIGHT),
        int(place % OUT_WIDTH * STRIDE_WIDTH) - int(PADDING_WIDTH));
}

// Where a channel's cell of a tap is. One that is not in the input, of the padding or behind the window's last, has
// another's place.
uint place_of(Window window, uint tap, uint channel, out bool is_inside) {
    int row = window.top + int(tap / KERNEL_WIDTH * DILATION_HEIGHT);
    int column = window.left + int(tap % KERNEL_WIDTH * DILATION_WIDTH);
    is_inside = tap < TAPS && (!IS_PADDED || (uint(row) < HEIGHT && uint(column) < WIDTH));
    return window.base + channel * PLANE + (is_inside ? uint(row) * WIDTH + uint(column) : 0);
}

// The same of the window's cell k.
uint place_of(Window window, uint k, out bool is_inside) {
#ifdef LISTS_PLACES
    if (IS_LISTED) {
        uvec2 listed = places[k];
        int row = window.top + int(listed.y & 0xFFFF), column = window.left + int(listed.y >> 16);
        is_inside = uint(row) < HEIGHT && uint(column) < WIDTH;
        return window.base + (is_inside ? uint(window.top * int(WIDTH) + window.left) + listed.x : 0);
    }
#endif
    return place_of(window, k / GROUP_IN, k % GROUP_IN, is_inside);
}
