namespace SoftPool.Kernels;

/// <summary>A value for one of a kernel's specialization constants.</summary>
/// <param name="Name">Its name in the GLSL; "WORKGROUP_SIZE" for that of local_size_x_id.</param>
/// <param name="Value">The value.</param>
internal readonly record struct SpecializationConstant(string Name, uint Value)
{
    /// <summary>Of a value that exceeds 32 bits, the low ones.</summary>
    public static implicit operator SpecializationConstant((string Name, long Value) pair) =>
        new(pair.Name, unchecked((uint)pair.Value));

    public override string ToString() => $"{Name}={Value}";
}
