using System.Text.Json.Serialization;
using SoftPool.Operators;

namespace SoftPool;

/// <summary>A layer of a network.</summary>
/// <param name="Name">The layer's name as in PyTorch's module tree: features.0. The names of its weights begin with it:
/// features.0.weight.</param>
/// <param name="Operator">The operator, with its attributes.</param>
/// <param name="Inputs">The names of the layers that this layer reads, in the order of the operator's inputs. They come
/// earlier in the network. The name of an input of the network, <see cref="ModelGraph.InputName"/> if it has no name of
/// its own, is that input. Null for the previous layer alone, which for the first layer is the network's first
/// input.</param>
public sealed record Layer(
    string Name, Operator Operator,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Inputs = null)
{
    /// <summary>Whether both layers have the same name, operator and inputs.</summary>
    public bool Equals(Layer? other) => other is not null && Name == other.Name && Operator == other.Operator
        && (Inputs is null ? other.Inputs is null : other.Inputs is not null && Inputs.SequenceEqual(other.Inputs));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Operator);
}
