using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>A layer to be. Those that the output does not depend on are left out in the end, so patterns may replace
/// several by one without taking them away.</summary>
/// <param name="Name">The wanted name; it is made unique in the end.</param>
/// <param name="Operator">What it computes; null of the network's input.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Shape">What it gives, without the batch.</param>
internal sealed record Draft(string Name, Operator? Operator, IReadOnlyList<Draft> Inputs, TensorShape Shape)
{
    /// <summary>Its weights by the operator's names.</summary>
    public IReadOnlyDictionary<string, Func<float[]>> Weights { get; init; } = new Dictionary<string, Func<float[]>>();

    /// <summary>That it is another layer times a number plus a number. Activations that are written out are found by
    /// it.</summary>
    public Line? Line { get; init; }

    /// <summary>Which step of a layer norm it is, where it is one. A layer norm that is written out is found by
    /// it.</summary>
    public Statistic? Statistic { get; init; }

    /// <summary>How many factors and summands went into its weights.</summary>
    public int Merged { get; init; }

    /// <summary>The value of the ONNX graph that it gives; null where none does.</summary>
    public string? OnnxValue { get; set; }

    public bool Equals(Draft? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
