namespace SoftPool.Kernels;

/// <summary>One launch of a kernel.</summary>
/// <param name="Layer">The layer that it computes, or whose part it computes.</param>
/// <param name="Id">Which kernel.</param>
/// <param name="Constants">The values of its specialization constants, in any order. A session's shapes never change,
/// so the driver may compile them in.</param>
/// <param name="Groups">The number of workgroups.</param>
/// <param name="Operands">The buffers of bindings 0, 1, 2 and so on.</param>
/// <param name="Variant">The name of the variant that it belongs to; empty if its operator has only one way to be
/// computed.</param>
/// <param name="Texels">The bindings through which the kernel reads texels of four elements: bit i for binding i. The
/// others are storage buffers.</param>
/// <param name="Iterations">The most iterations that loops over parts of the shape take in one invocation, all of them
/// together.</param>
internal sealed record KernelLaunch(
    string Layer, KernelId Id, IReadOnlyList<SpecializationConstant> Constants,
    GroupCount Groups, IReadOnlyList<Operand> Operands,
    string Variant = "", uint Texels = 0, long Iterations = 0)
{
    /// <summary>The end of the names of kernels that add the <see cref="LoweringStep.Residual"/>.</summary>
    public const string Adds = "_add";

    /// <summary>The kernel's name.</summary>
    public string Kernel { get; } = Id.ToString();

    /// <summary>Whether the self-test judges the kernel by itself, and not together with the others of its
    /// variant.</summary>
    public bool IsJudgedAlone { get; init; } = true;

    /// <summary>About how many products it adds up, as if its layer were computed directly.</summary>
    public double MultiplyAdds { get; init; }

    /// <summary>Whether the kernel adds a residual.</summary>
    public bool AddsResidual => Id.Shader.EndsWith(Adds, StringComparison.Ordinal);

    /// <summary>What the self-test judges: kernels that only work together as one, as their variant, those that add a
    /// residual apart, as it does without them; others each by itself. Each precision and numerics is code of its
    /// own.</summary>
    public string JudgedAs =>
        IsJudgedAlone ? Kernel : Variant + (AddsResidual ? Adds : "") + KernelId.EndingOf(Id.Numerics);

    /// <summary>Whether the kernel reads a binding as texels.</summary>
    public bool IsTexels(int binding) => (Texels >> binding & 1) != 0;
}

/// <summary>A number of workgroups along each axis.</summary>
internal readonly record struct GroupCount(int X, int Y = 1, int Z = 1)
{
    /// <summary>What every device takes along one axis, at the least.</summary>
    public const int Largest = 65535;

    /// <summary>The workgroup size of index.glsl.</summary>
    private const int LinearWorkgroupSize = 64;

    /// <summary>Enough workgroups for a number of invocations, in rows where one axis does not hold them. The kernel
    /// counts with linear_index() of index.glsl.</summary>
    public static GroupCount Linear(long invocations)
    {
        long groups = (invocations + LinearWorkgroupSize - 1) / LinearWorkgroupSize;
        long rows = (groups + Largest - 1) / Largest;
        return new GroupCount((int)((groups + rows - 1) / rows), (int)rows);
    }
}
