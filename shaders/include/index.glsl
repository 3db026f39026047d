// The number of this invocation in a dispatch of GroupCount.Linear, which folds more workgroups than one axis may
// have into rows along y.
uint linear_index() {
    return (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}
