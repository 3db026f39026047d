namespace SoftPool.Torch.Export;

/// <summary>Which modules can be seen in place of an operation that cannot, as far as the shapes tell.</summary>
internal static class ModuleOffer
{
    private const string Arithmetic = "SoftPool.Torch.Modules.Add, Subtract or Multiply for arithmetic",
        Functions = "a module such as torch.nn.ReLU for a function",
        Joining = "SoftPool.Torch.Modules.Concat for torch.cat",
        Shaping = "torch.nn.Flatten, SoftPool.Torch.Modules.Reshape or Permute for another shape",
        Resizing = "torch.nn.Upsample, SoftPool.Torch.Modules.Interpolate or a pool for another size";

    /// <param name="shape">The shape of one item of what came of it.</param>
    /// <param name="before">The shapes of what it may have read.</param>
    public static string For(TensorShape shape, IReadOnlyList<TensorShape> before)
    {
        if (before.Contains(shape))
            return $"take {Arithmetic}, {Functions}";
        if (before.Any(other => other.ElementCount == shape.ElementCount))
            return $"take {Shaping}";
        if (before.Count > 0 && shape.Rank > 1 && before.All(other => IsAlikeButChannels(other, shape)))
            return $"take {Joining}";
        return before.Any(other => other.Rank == 3 && shape.Rank == 3 && other[0] == shape[0])
            ? $"take {Resizing}"
            : $"take {Arithmetic}, {Functions}, {Joining}, {Shaping}, {Resizing}";
    }

    private static bool IsAlikeButChannels(TensorShape other, TensorShape shape) =>
        other.Rank == shape.Rank && other.Extents[1..].SequenceEqual(shape.Extents[1..]) && other[0] < shape[0];
}
