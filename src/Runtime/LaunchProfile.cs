namespace SoftPool;

/// <summary>What one kernel launch of a run took.</summary>
/// <param name="Layer">The layer that it computes or helps to compute; "input" where it prepares the network's
/// input.</param>
/// <param name="Kernel">The kernel: "conv2d", "linear.fp16".</param>
/// <param name="DeviceTime">The time on the device, the barrier before the launch included.</param>
/// <param name="Bytes">The size of all buffers that it reads or writes, in bytes: weights, inputs, output.</param>
public sealed record LaunchProfile(string Layer, string Kernel, TimeSpan DeviceTime, long Bytes);
