#version 450
#extension GL_EXT_control_flow_attributes : require
// The arithmetic peak: independent chains of multiply-adds in registers, enough of them to hide an addition's latency
// and few enough for 16 registers.
//
// Bindings      0 output (64), so that nothing is optimised away; 1 two numbers that the compiler does not know
// Dispatch      any number of workgroups; each invocation computes ROUNDS * 4 * 12 multiply-adds
// Preconditions binding 0 holds 64 floats, which all workgroups overwrite
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint ROUNDS = 1;

layout(binding = 0) writeonly buffer Output { float y[]; };
layout(binding = 1) readonly buffer Input { float x[]; };

const uint CHAINS = 12;

void main() {
    float factor = x[0], term = x[1];
    float chain[CHAINS];
    [[unroll]] for (uint c = 0; c < CHAINS; c++)
        chain[c] = float(gl_LocalInvocationID.x + c);
    for (uint round = 0; round < ROUNDS; round++)
        [[unroll]] for (uint i = 0; i < 4; i++)
            [[unroll]] for (uint c = 0; c < CHAINS; c++)
                chain[c] = chain[c] * factor + term;
    float sum = 0.0;
    [[unroll]] for (uint c = 0; c < CHAINS; c++)
        sum += chain[c];
    y[gl_LocalInvocationID.x] = sum;
}
