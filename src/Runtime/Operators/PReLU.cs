using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>x where x is not negative, otherwise weight x, as torch.nn.PReLU. The shape (C, ...) stays the same; the
/// weight has the shape (NumParameters).</summary>
/// <param name="NumParameters">The number of learned slopes: 1, or one for each of the C channels.</param>
public sealed record PReLU(int NumParameters) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters => [new("weight", new TensorShape(NumParameters))];

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => NumParameters == 1 ? "1 slope" : $"{NumParameters} slopes";

    /// <summary>The number of elements that share a slope, one behind the other.</summary>
    internal static int Plane(TensorShape input) => input.ElementCount / input[0];

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input) => NumParameters == 1 || NumParameters == input[0]
        ? input
        : throw new ShapeMismatchException($"PReLU takes one slope or one a channel; got {NumParameters} on {input}.");

    internal override void Compute<T>(ReferenceStep step) => PReLUReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.InputShape.ElementCount;
        step.DispatchElements(
            "prelu", [("COUNT", count), ("SLOPES", NumParameters), ("PLANE", Plane(step.InputShape))], count, 0b1,
            step.Input, step.Output, step.Constant("weight", NumParameters, () => step.Parameter("weight").ToArray()));
    }
}
