using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>A tensor of the model, the same for each item of the batch, as a buffer that a module of PyTorch registers.
/// Of the input only the number of items counts.</summary>
/// <param name="Shape">The shape of the tensor, which is that of one item of the output.</param>
public sealed record ConstantTensor(TensorShape Shape) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters => [new("weight", Shape, Trainable: false)];

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{Shape}";

    /// <summary>Any shape to that of the tensor.</summary>
    private protected override TensorShape Infer(TensorShape input) => Shape.Rank > 0
        ? Shape
        : throw new ShapeMismatchException("ConstantTensor takes a shape of at least one axis; got none.");

    internal override void Compute<T>(ReferenceStep step)
    {
        ReadOnlySpan<float> weight = step.Parameter("weight");
        for (int i = 0; i < weight.Length; i++)
            step.Output[i] = T.Of(weight[i]).Stored;
    }

    internal override void Lower(LoweringStep step)
    {
        int count = Shape.ElementCount;
        Strided.Lower(
            step, step.Weight("weight", count, () => step.Parameter("weight").ToArray()), count, source: 0,
            [count], [1]);
    }
}
