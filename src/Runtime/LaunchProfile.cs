namespace SoftPool;

/// <summary>The device time of one kernel launch of a run.</summary>
/// <param name="Layer">The layer that the launch computes or helps to compute; "input" for a launch that prepares the
/// network's input.</param>
/// <param name="Kernel">The kernel's name: "conv2d", "linear.fp16".</param>
/// <param name="DeviceTime">The time on the device, including the barrier before the launch. See
/// <see cref="Profiler.MeasuresOnDevice"/>.</param>
/// <param name="Bytes">The total size of the buffers that the launch reads or writes (weights, inputs, output), in
/// bytes.</param>
public sealed record LaunchProfile(string Layer, string Kernel, TimeSpan DeviceTime, long Bytes);
