using System.Text;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The operator of a layer: attributes named as in PyTorch, parameters, the rule for shapes, and its
/// computation on a device. Model files name an operator by its class name. All shapes are those of one item, without
/// the batch.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(Abs), nameof(Abs))]
[JsonDerivedType(typeof(Add), nameof(Add))]
[JsonDerivedType(typeof(ArgMax), nameof(ArgMax))]
[JsonDerivedType(typeof(ArgMin), nameof(ArgMin))]
[JsonDerivedType(typeof(AvgPool1d), nameof(AvgPool1d))]
[JsonDerivedType(typeof(AvgPool2d), nameof(AvgPool2d))]
[JsonDerivedType(typeof(AvgPool3d), nameof(AvgPool3d))]
[JsonDerivedType(typeof(BatchNorm2d), nameof(BatchNorm2d))]
[JsonDerivedType(typeof(Ceil), nameof(Ceil))]
[JsonDerivedType(typeof(CELU), nameof(CELU))]
[JsonDerivedType(typeof(ChannelShuffle), nameof(ChannelShuffle))]
[JsonDerivedType(typeof(Concat), nameof(Concat))]
[JsonDerivedType(typeof(ConstantPad), nameof(ConstantPad))]
[JsonDerivedType(typeof(ConstantTensor), nameof(ConstantTensor))]
[JsonDerivedType(typeof(Conv2d), nameof(Conv2d))]
[JsonDerivedType(typeof(Conv3d), nameof(Conv3d))]
[JsonDerivedType(typeof(ConvTranspose2d), nameof(ConvTranspose2d))]
[JsonDerivedType(typeof(Cos), nameof(Cos))]
[JsonDerivedType(typeof(Divide), nameof(Divide))]
[JsonDerivedType(typeof(Dropout), nameof(Dropout))]
[JsonDerivedType(typeof(ELU), nameof(ELU))]
[JsonDerivedType(typeof(Equal), nameof(Equal))]
[JsonDerivedType(typeof(Erf), nameof(Erf))]
[JsonDerivedType(typeof(Exp), nameof(Exp))]
[JsonDerivedType(typeof(Expand), nameof(Expand))]
[JsonDerivedType(typeof(Flatten), nameof(Flatten))]
[JsonDerivedType(typeof(Floor), nameof(Floor))]
[JsonDerivedType(typeof(GELU), nameof(GELU))]
[JsonDerivedType(typeof(GlobalAvgPool), nameof(GlobalAvgPool))]
[JsonDerivedType(typeof(GlobalSoftPool), nameof(GlobalSoftPool))]
[JsonDerivedType(typeof(Greater), nameof(Greater))]
[JsonDerivedType(typeof(GreaterEqual), nameof(GreaterEqual))]
[JsonDerivedType(typeof(GroupNorm), nameof(GroupNorm))]
[JsonDerivedType(typeof(Hardsigmoid), nameof(Hardsigmoid))]
[JsonDerivedType(typeof(Hardswish), nameof(Hardswish))]
[JsonDerivedType(typeof(Hardtanh), nameof(Hardtanh))]
[JsonDerivedType(typeof(IndexSelect), nameof(IndexSelect))]
[JsonDerivedType(typeof(IsInf), nameof(IsInf))]
[JsonDerivedType(typeof(IsNaN), nameof(IsNaN))]
[JsonDerivedType(typeof(LayerNorm), nameof(LayerNorm))]
[JsonDerivedType(typeof(LeakyReLU), nameof(LeakyReLU))]
[JsonDerivedType(typeof(Less), nameof(Less))]
[JsonDerivedType(typeof(LessEqual), nameof(LessEqual))]
[JsonDerivedType(typeof(Linear), nameof(Linear))]
[JsonDerivedType(typeof(LocalResponseNorm), nameof(LocalResponseNorm))]
[JsonDerivedType(typeof(Log), nameof(Log))]
[JsonDerivedType(typeof(LogicalAnd), nameof(LogicalAnd))]
[JsonDerivedType(typeof(LogicalNot), nameof(LogicalNot))]
[JsonDerivedType(typeof(LogicalOr), nameof(LogicalOr))]
[JsonDerivedType(typeof(LogicalXor), nameof(LogicalXor))]
[JsonDerivedType(typeof(LogSoftmax), nameof(LogSoftmax))]
[JsonDerivedType(typeof(MatMul), nameof(MatMul))]
[JsonDerivedType(typeof(Maximum), nameof(Maximum))]
[JsonDerivedType(typeof(MaxPool1d), nameof(MaxPool1d))]
[JsonDerivedType(typeof(MaxPool2d), nameof(MaxPool2d))]
[JsonDerivedType(typeof(MaxPool3d), nameof(MaxPool3d))]
[JsonDerivedType(typeof(Minimum), nameof(Minimum))]
[JsonDerivedType(typeof(Mish), nameof(Mish))]
[JsonDerivedType(typeof(Multiply), nameof(Multiply))]
[JsonDerivedType(typeof(Normalize), nameof(Normalize))]
[JsonDerivedType(typeof(Permute), nameof(Permute))]
[JsonDerivedType(typeof(PixelShuffle), nameof(PixelShuffle))]
[JsonDerivedType(typeof(PixelUnshuffle), nameof(PixelUnshuffle))]
[JsonDerivedType(typeof(Pow), nameof(Pow))]
[JsonDerivedType(typeof(PReLU), nameof(PReLU))]
[JsonDerivedType(typeof(Reciprocal), nameof(Reciprocal))]
[JsonDerivedType(typeof(Reduce), nameof(Reduce))]
[JsonDerivedType(typeof(ReflectionPad2d), nameof(ReflectionPad2d))]
[JsonDerivedType(typeof(ReLU), nameof(ReLU))]
[JsonDerivedType(typeof(ReLU6), nameof(ReLU6))]
[JsonDerivedType(typeof(ReplicationPad2d), nameof(ReplicationPad2d))]
[JsonDerivedType(typeof(Reshape), nameof(Reshape))]
[JsonDerivedType(typeof(Round), nameof(Round))]
[JsonDerivedType(typeof(SELU), nameof(SELU))]
[JsonDerivedType(typeof(Sigmoid), nameof(Sigmoid))]
[JsonDerivedType(typeof(Sign), nameof(Sign))]
[JsonDerivedType(typeof(SiLU), nameof(SiLU))]
[JsonDerivedType(typeof(Sin), nameof(Sin))]
[JsonDerivedType(typeof(Slice), nameof(Slice))]
[JsonDerivedType(typeof(Softmax), nameof(Softmax))]
[JsonDerivedType(typeof(Softplus), nameof(Softplus))]
[JsonDerivedType(typeof(SoftPool1d), nameof(SoftPool1d))]
[JsonDerivedType(typeof(SoftPool2d), nameof(SoftPool2d))]
[JsonDerivedType(typeof(SoftPool3d), nameof(SoftPool3d))]
[JsonDerivedType(typeof(Softsign), nameof(Softsign))]
[JsonDerivedType(typeof(Sqrt), nameof(Sqrt))]
[JsonDerivedType(typeof(Subtract), nameof(Subtract))]
[JsonDerivedType(typeof(Tan), nameof(Tan))]
[JsonDerivedType(typeof(Tanh), nameof(Tanh))]
[JsonDerivedType(typeof(Threshold), nameof(Threshold))]
[JsonDerivedType(typeof(TopK), nameof(TopK))]
[JsonDerivedType(typeof(TopKIndices), nameof(TopKIndices))]
[JsonDerivedType(typeof(Upsample), nameof(Upsample))]
[JsonDerivedType(typeof(Where), nameof(Where))]
[JsonDerivedType(typeof(ZeroPad2d), nameof(ZeroPad2d))]
public abstract record Operator
{
    private protected Operator()
    {
    }

    /// <summary>The tensors that the operator needs from the model, in PyTorch's order: weight, bias, running
    /// statistics. Empty for an operator without parameters.</summary>
    [JsonIgnore]
    public virtual IReadOnlyList<Parameter> Parameters => [];

    /// <summary>The attributes as text for people: "kernel 3, stride 2".</summary>
    [JsonIgnore]
    public virtual string Attributes => "";

    /// <summary>Whether a pointwise operator that follows can be computed by this operator's own kernel.</summary>
    [JsonIgnore]
    internal virtual bool FusesPointwise => false;

    /// <summary>Returns the shape of one item of the output for the shapes of one item of each input, without the
    /// batch.</summary>
    /// <param name="inputs">The shapes of the inputs, in order.</param>
    /// <exception cref="ShapeMismatchException">The operator does not accept these inputs, or an attribute is out of
    /// range.</exception>
    public abstract TensorShape InferShape(params ReadOnlySpan<TensorShape> inputs);

    /// <summary>Omits <see cref="Parameters"/> from ToString, because they do not exist for attributes that are out of
    /// range.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;

    /// <summary>Computes one item by the loops in the folder Reference.</summary>
    /// <typeparam name="T">The numbers that they compute with.</typeparam>
    internal abstract void Compute<T>(ReferenceStep step)
        where T : struct, IReal<T>;

    /// <summary>Adds the kernel launches that compute this operator to a plan.</summary>
    internal abstract void Lower(LoweringStep step);
}
