namespace SoftPool.Torch.Export;

/// <summary>A TorchSharp module does something that cannot be exported.</summary>
public sealed class UnsupportedModuleException : SoftPoolException
{
    internal UnsupportedModuleException(string module, IReadOnlyList<string> refusals) : base(
        $"'{module}' cannot be exported: {string.Join("; ", refusals)}.") => Refusals = refusals;

    /// <summary>Everything that cannot be exported: one line for each module and each gap between modules.</summary>
    public IReadOnlyList<string> Refusals { get; }
}
