namespace SoftPool.Torch.Export;

/// <summary>What a module computed for an input, as calls.</summary>
/// <param name="Calls">The calls, in their order.</param>
/// <param name="Outputs">Where each output came from, as <see cref="ModuleCall.Inputs"/>.</param>
/// <param name="OutputNames">The outputs' names; null if they have none.</param>
/// <param name="OutputValues">The first item of each output.</param>
/// <param name="Gaps">Tensors that no module gave, in words; by the number of the call that read one, null for the
/// network's outputs.</param>
internal sealed record ModuleTrace(
    IReadOnlyList<ModuleCall> Calls, IReadOnlyList<int?> Outputs, IReadOnlyList<string>? OutputNames,
    IReadOnlyList<float[]> OutputValues, IReadOnlyList<(int? Reader, string Text)> Gaps)
{
    /// <summary>Whether both are the same calls of the same tensors.</summary>
    public bool IsLike(ModuleTrace other) =>
        Outputs.SequenceEqual(other.Outputs) && Calls.Count == other.Calls.Count
        && Calls.Zip(other.Calls).All(pair => pair.First.Path == pair.Second.Path
            && pair.First.Inputs.SequenceEqual(pair.Second.Inputs));
}
