namespace SoftPool.Kernels;

/// <summary>Which bindings a kernel reads and which it writes: bit i for binding i.</summary>
/// <param name="Read">Those that it may read.</param>
/// <param name="Written">Those that it may write.</param>
internal readonly record struct KernelAccess(uint Read, uint Written);
