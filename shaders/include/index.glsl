// Workgroups of 64, and the number of this invocation in a dispatch of GroupCount.Linear, which folds more workgroups
// than one axis may have into rows along y.
#ifndef INDEX_GLSL
#define INDEX_GLSL
layout(local_size_x = 64) in;

uint linear_index() {
    return (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}
#endif
