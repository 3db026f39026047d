// The shape of a convolution by Winograd's algorithm, in a buffer at binding SHAPE_BINDING, to be defined first. Tiles
// of 4x4
// outputs are numbered over the images, of which one launch may compute a part; there are `padded_tiles` places for
// them, a multiple of what one subgroup takes. The
// number of places is not here: it is in the lengths of the other buffers.
layout(binding = SHAPE_BINDING) readonly buffer Shape {
    uint channels, height, width;
    uint out_channels, out_height, out_width;
    uint padding_height, padding_width;
    uint words;             // of 8 channels, for all of them
    uint padded_channels;   // of the output
    uint across, down;      // tiles of one image
    uint matrices;          // inputs of a tile
    uint first_image, images;
} shape;
