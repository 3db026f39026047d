using SoftPool.Operators;
using TorchSharp;

namespace SoftPool.Torch.Export.Converters;

/// <summary>A call as a layer.</summary>
/// <param name="Operator">The layer's operator; null if the call changes nothing.</param>
internal sealed record Conversion(Operator? Operator)
{
    /// <summary>The call gives what it reads.</summary>
    public static readonly Conversion Nothing = new((Operator?)null);

    private Conversion(string refusal) : this((Operator?)null) => Refusal = refusal;

    /// <summary>Why there is no layer; null if there is one.</summary>
    public string? Refusal { get; }

    /// <summary>The shape of one item that the operator reads, where the module reads another of as many elements. What
    /// it gives is reshaped too.</summary>
    public TensorShape? Shape { get; init; }

    /// <summary>Which of the call's inputs the layer reads; null for all.</summary>
    public IReadOnlyList<int>? Inputs { get; init; }

    /// <summary>What the layer reads of what its call does.</summary>
    public IEnumerable<T> ReadOf<T>(IReadOnlyList<T> all) => Inputs?.Select(input => all[input]) ?? all;

    /// <summary>The layer's tensors, by the operator's names.</summary>
    public IReadOnlyDictionary<string, float[]> Weights { get; init; } = new Dictionary<string, float[]>();

    /// <summary>There is no layer for it.</summary>
    /// <param name="refusal">Why, as what follows the module's path and type: "has a dilation".</param>
    public static Conversion Refused(string refusal) => new(refusal);

    /// <summary>The same with tensors of the module.</summary>
    public Conversion With(params ReadOnlySpan<(string Name, torch.Tensor? Tensor)> weights)
    {
        var all = new Dictionary<string, float[]>(Weights);
        foreach ((string name, torch.Tensor? tensor) in weights)
            if (tensor is not null)
                all.Add(name, ModuleResult.ValuesOf(tensor));
        return this with { Weights = all };
    }
}
