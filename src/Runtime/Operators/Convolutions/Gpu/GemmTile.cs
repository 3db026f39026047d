using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>What a workgroup of <see cref="Gemm"/>'s kernels computes at once, and with what.</summary>
/// <param name="Size">The output channels and the pixels of its tile.</param>
/// <param name="OnMatrixUnits">Whether products of small matrices of 16-bit floats make it up, which some GPUs compute
/// at once: conv2d_matrix.glsl. Else multiply-adds of each invocation: conv2d_gemm.glsl.</param>
internal sealed record GemmTile(int Size, bool OnMatrixUnits = false)
{
    // Smaller matrices are those of Intel's GPUs, where they spill, and of CPU drivers, which emulate them.
    private const int LeastMatrix = 16 * 16;
    private const double ToEmulate = 16;

    /// <summary>Every one that there is a kernel for.</summary>
    public static IReadOnlyList<GemmTile> All { get; } =
    [
        new(128, OnMatrixUnits: true), new(64, OnMatrixUnits: true), new(32, OnMatrixUnits: true),
        new(128), new(64), new(32),
    ];

    /// <summary>What tells it from the others.</summary>
    public string Name => $"{(OnMatrixUnits ? "matrix" : "gemm")}{Size}";

    /// <summary>Its kernel.</summary>
    public string Kernel => $"conv2d_{Name}";

    /// <summary>The cells of a window that are staged at once.</summary>
    public int Depth => OnMatrixUnits ? 32 : 16;

    /// <summary>The cells that a loop's trip takes, of a device's matrices or of numbers.</summary>
    public int Unrolled(DeviceTraits device) =>
        OnMatrixUnits ? device.Matrix?.Depth ?? Depth : Size == 128 ? 1 : 4;

    /// <summary>The time of a product with its loads from shared memory, in multiply-adds: 8 + 8, 8 + 4 or 4 + 4 numbers
    /// serve 64, 32 or 16 products. Matrix units compute 2 to 10 times as much as the others, as data sheets say, but
    /// are to be fed.</summary>
    public double TimeOfProduct(DeviceTraits device) => (OnMatrixUnits, Size) switch
    {
        (true, _) when !HasFastMatrices(device) => ToEmulate,
        (true, 128) => 0.38,
        (true, 64) => 0.36,
        (true, _) => 0.45,
        (false, 128) => 1.25,
        (false, 64) => 1.375,
        (false, _) => 1.5,
    };

    /// <summary>Whether a device has matrix units of the kind that are faster than its lanes.</summary>
    public static bool HasFastMatrices(DeviceTraits device) =>
        device.Matrix is { } matrix && matrix.Rows * matrix.Columns >= LeastMatrix;

    /// <summary>The invocations of its workgroup.</summary>
    public int WorkgroupSize(DeviceTraits device) =>
        OnMatrixUnits
            ? (Size == 128 ? 8 : 4) * device.SubgroupSize
            : Size switch { 128 => 256, 64 => 128, _ => 64 };

    /// <summary>Whether a device can compute it.</summary>
    public bool Fits(PlanOptions options) =>
        !options.IsStrict && options.Device.LargestWorkgroup >= WorkgroupSize(options.Device)
        && (!OnMatrixUnits
            || (options is { Fp16: true, Device.Matrix: not null }
                && WorkgroupSize(options.Device) <= Depth * Size / 4)); // an invocation stages words of four

    /// <summary>What a kernel on matrix units is told of them.</summary>
    public SpecializationConstant[] Constants(DeviceTraits device) => OnMatrixUnits && device.Matrix is { } matrix
        ?
        [
            ("MATRIX_ROWS", matrix.Rows), ("MATRIX_COLUMNS", matrix.Columns), ("MATRIX_DEPTH", matrix.Depth),
            ("WORKGROUP_SIZE", WorkgroupSize(device)),
        ]
        : [];
}
