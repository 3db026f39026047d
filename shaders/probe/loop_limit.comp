#version 450
// How many iterations of a loop a driver grants an invocation: some end loops early, without a word.
// Only in 32 bits.
//
// Bindings      0 the iterations wanted; 1 the iterations made, and what they computed, which keeps the loop from being
//                 left out
// Dispatch      one workgroup
layout(local_size_x = 1) in;

layout(binding = 0) readonly buffer Wanted { uint wanted[]; };
layout(binding = 1) writeonly buffer Made { uint made[]; };

void main() {
    uint end = wanted[0], iterations = 0, mixed = 1;
    for (uint i = 0; i < end; i++) {
        mixed = (mixed ^ mixed >> 15) * 0x2C1B3C6Du + i;
        iterations++;
    }
    made[0] = iterations;
    made[1] = mixed;
}
