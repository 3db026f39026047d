using System.Text.Json.Serialization;
using SoftPool.Operators;

namespace SoftPool;

/// <summary>One step of a network.</summary>
/// <param name="Name">Its name as in PyTorch's module tree: features.0. Weights are named after it:
/// features.0.weight.</param>
/// <param name="Operator">What it computes, with its attributes.</param>
/// <param name="Inputs">The layers that it reads, in the operator's order, all of them before it;
/// <see cref="ModelGraph.InputName"/> is the network's own input. Null for the layer before it.</param>
public sealed record Layer(
    string Name, Operator Operator,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Inputs = null)
{
    /// <summary>Whether both are called alike, compute the same and read the same layers.</summary>
    public bool Equals(Layer? other) => other is not null && Name == other.Name && Operator == other.Operator
        && (Inputs is null ? other.Inputs is null : other.Inputs is not null && Inputs.SequenceEqual(other.Inputs));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Operator);
}
