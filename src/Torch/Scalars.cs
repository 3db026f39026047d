using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// The numbers that torch's operations take beside tensors, kept for as long as the program runs. TorchSharp makes a
/// Scalar of each number it is given, and of the factor 1 in x + y, and holds it no longer than it takes to read its
/// address: a garbage collection on another thread then frees it under the native call, which throws or computes with
/// what lies there. So every Scalar here is one of these or the variable of a using statement. Upstream: pull requests
/// <see href="https://github.com/dotnet/TorchSharp/pull/1434">1434</see> and
/// <see href="https://github.com/dotnet/TorchSharp/pull/1496">1496</see> of dotnet/TorchSharp.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0;

    public static readonly Scalar One = 1;
}
