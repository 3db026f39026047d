// Slices of the real cells of long windows: cells number slice * LENGTH and so on, row by row. Of a window that padding
// cuts the last
// slices may be empty.
#include "pool.glsl"

layout(constant_id = 17) const uint LENGTH = 1;
layout(constant_id = 18) const uint SLICES = 1;

// The first cell of a slice; it may be beyond the last one of the window.
uvec3 first_of_slice(Window window, uint slice) {
    uvec3 size = window.end - window.first;
    uint cell = slice * LENGTH;
    return window.first + uvec3(cell / size.z / size.y, cell / size.z % size.y, cell % size.z);
}

uint cells_in_slice(Window window, uint slice) {
    uvec3 size = window.end - window.first;
    uint cells = size.x * size.y * size.z, first = slice * LENGTH;
    return first < cells ? min(cells - first, LENGTH) : 0;
}

uvec3 next_cell(Window window, uvec3 at) {
    at.z++;
    if (at.z == window.end.z) {
        at.z = window.first.z;
        at.y++;
    }
    if (at.y == window.end.y) {
        at.y = window.first.y;
        at.x++;
    }
    return at;
}

// Goes through the cells of a slice: `at` is the place of each one, and how many are left.
#define FOR_EACH_CELL_OF_SLICE(window, slice, at)                                                     \
    for (uvec4 at = uvec4(first_of_slice(window, slice), cells_in_slice(window, slice)); at.w > 0;    \
         at = uvec4(next_cell(window, at.xyz), at.w - 1))
