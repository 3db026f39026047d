#version 450
// A loop that never ends, so that a device is lost on purpose.
//
// Bindings      0 output (64); 1 numbers of which the first is not negative
// Dispatch      any number of workgroups
layout(local_size_x = 64) in;

layout(binding = 0) buffer Output { float y[]; };
layout(binding = 1) readonly buffer Input { float x[]; };

void main() {
    float sum = 0.0;
    while (x[0] >= sum - sum) {
        sum = sum * 0.5 + 1.0;
        y[gl_LocalInvocationID.x] = sum;
    }
}
