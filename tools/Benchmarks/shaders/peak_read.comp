#version 450
#extension GL_EXT_control_flow_attributes : require
// The reading peak: neighbouring lanes read neighbours, each cell once, by 32, 64 or 128 bits a lane, or by texels of
// 128.
//
// Bindings      0 output, 64 floats that all workgroups overwrite; 1, 2, 3 the same input as floats, pairs and fours;
//               4 the same, or a part, as texels
// Dispatch      x: bytes of the input / (64 * 64 * 4 * VECTOR)
// Preconditions VECTOR is 1, 2 or 4; TEXELS is 0, or 1 with VECTOR 4
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint VECTOR = 1;
layout(constant_id = 1) const uint TEXELS = 0;

layout(binding = 0) writeonly buffer Output { float y[]; };
layout(binding = 1) readonly buffer Floats { float x1[]; };
layout(binding = 2) readonly buffer Pairs { vec2 x2[]; };
layout(binding = 3) readonly buffer Fours { vec4 x4[]; };
layout(binding = 4) uniform textureBuffer texels;

const uint READS = 64;

void main() {
    uint first = gl_WorkGroupID.x * READS * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
    float sum1 = 0.0;
    vec2 sum2 = vec2(0.0);
    vec4 sum4 = vec4(0.0);
    [[unroll]] for (uint i = 0; i < READS; i++) {
        uint cell = first + i * gl_WorkGroupSize.x;
        if (TEXELS != 0)
            sum4 += texelFetch(texels, int(cell));
        else if (VECTOR == 1)
            sum1 += x1[cell];
        else if (VECTOR == 2)
            sum2 += x2[cell];
        else
            sum4 += x4[cell];
    }
    y[gl_LocalInvocationID.x] = sum1 + sum2.x + sum2.y + sum4.x + sum4.y + sum4.z + sum4.w;
}
