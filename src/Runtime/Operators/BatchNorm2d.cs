using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = (x - running_mean) / sqrt(running_var + Eps) weight + bias for each channel, as torch.nn.BatchNorm2d in
/// inference. The shape (C, H, W) stays the same; each parameter has the shape (C). A batch normalisation that alone
/// reads a convolution is folded into the convolution's weights.</summary>
/// <param name="NumFeatures">The number of channels, C.</param>
/// <param name="Eps">The number that is added to the variance, at least 0.</param>
public sealed record BatchNorm2d(int NumFeatures, double Eps = 1e-5) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters
    {
        get
        {
            var shape = new TensorShape(NumFeatures);
            return
            [
                new("weight", shape), new("bias", shape),
                new("running_mean", shape, Trainable: false), new("running_var", shape, Trainable: false),
            ];
        }
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"{NumFeatures}, eps {Eps}");

    internal override bool FusesPointwise => true;

    /// <summary>The factor and the summand of each channel that it comes to.</summary>
    internal (double[] Scale, double[] Shift) ScaleAndShift(Func<string, Tensor> parameters)
    {
        ReadOnlySpan<float> weight = parameters("weight").Data.Span, bias = parameters("bias").Data.Span;
        ReadOnlySpan<float> mean = parameters("running_mean").Data.Span, variance = parameters("running_var").Data.Span;
        double[] scale = new double[NumFeatures], shift = new double[NumFeatures];
        for (int c = 0; c < NumFeatures; c++)
        {
            scale[c] = weight[c] / Math.Sqrt(variance[c] + Eps);
            shift[c] = bias[c] - mean[c] * scale[c];
        }
        return (scale, shift);
    }

    /// <summary>(C, H, W) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        if (!(Eps >= 0 && double.IsFinite(Eps)))
            throw new ShapeMismatchException($"BatchNorm2d takes an eps of at least 0; got {Eps}.");
        return input.Rank == 3 && input[0] == NumFeatures
            ? input
            : throw new ShapeMismatchException(
                $"BatchNorm2d takes (C, H, W) with {NumFeatures} channels; got {input}.");
    }

    internal override void Compute<T>(ReferenceStep step) => BatchNorm2dReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.OutputShape.ElementCount;
        step.DispatchElements(
            "batchnorm2d",
            [
                ("COUNT", count), ("CHANNELS", NumFeatures), ("PLANE", step.OutputShape.ElementCount / NumFeatures),
                .. step.Pointwise.Constants,
            ],
            count, 0b1, step.Input, step.Output,
            step.Constant("norm", 2 * NumFeatures, () => Pairs(step.Parameters)));
    }

    /// <summary>The factor and the summand of each channel, one behind the other, as kernels read them.</summary>
    internal float[] Pairs(Func<string, Tensor> parameters)
    {
        (double[] scale, double[] shift) = ScaleAndShift(parameters);
        return [.. scale.Zip(shift).SelectMany(pair => new[] { (float)pair.First, (float)pair.Second })];
    }
}
