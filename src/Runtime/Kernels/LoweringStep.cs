using System.Globalization;
using SoftPool.Reference;

namespace SoftPool.Kernels;

/// <summary>What an operator needs to add its kernel launches to a plan, and where it adds them. The weights' form
/// tells weights that fusion has changed from those that it has not.</summary>
internal sealed class LoweringStep(
    string layer, string weightsForm, PlanOptions options, IReadOnlyList<TensorShape> inputShapes,
    TensorShape outputShape, IReadOnlyList<Operand> inputs, PointwiseFunction pointwise,
    Func<string, Tensor> parameters, bool hasBias, List<KernelLaunch> dispatches)
{
    // Of an operator that has one way to be computed.
    private string _variant = "";
    private bool _isJudgedAlone = true;

    /// <summary>The layer's name.</summary>
    public string Layer => layer;

    /// <summary>How the graph is to be run.</summary>
    public PlanOptions Options { get; } = options;

    /// <summary>The number of items computed at once.</summary>
    public int Batch => Options.Batch;

    /// <summary>The shape of one item of each input.</summary>
    public IReadOnlyList<TensorShape> InputShapes { get; } = inputShapes;

    /// <summary>The shape of one item of the first input.</summary>
    public TensorShape InputShape => InputShapes[0];

    /// <summary>The shape of one item of the output.</summary>
    public TensorShape OutputShape { get; } = outputShape;

    /// <summary>The function of each element that follows and that the kernel computes on the way, if any.</summary>
    public PointwiseFunction Pointwise { get; } = pointwise;

    /// <summary>What is added to each element of the output before that function, as at the end of a residual
    /// connection; only for a variant that does it.</summary>
    public Operand? Residual { get; init; }

    public IReadOnlyList<Operand> Inputs { get; } = inputs;

    /// <summary>The first input.</summary>
    public Operand Input => Inputs[0];

    public Operand Output { get; private set; } =
        new Activation((long)options.Batch * outputShape.ElementCount, options.Fp16);

    /// <summary>The parameters by their short names: weight, bias.</summary>
    public Func<string, Tensor> Parameters { get; } = parameters;

    /// <summary>Says which variant's launches are added from now on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="hasIndependentKernels">Whether each of its kernels is judged by itself.</param>
    public void Choose(string name, bool hasIndependentKernels) =>
        (_variant, _isJudgedAlone) = (name, hasIndependentKernels);

    /// <summary>Makes the output the same memory as the input: nothing runs.</summary>
    public void Alias() => Output = Input;

    /// <summary>Makes the output a part of the input's memory, from an element on, if it can be: then nothing
    /// runs.</summary>
    public bool TryAliasPart(long begin)
    {
        Activation? part = (Input as Activation)?.Part(begin, Output.Count);
        Output = part ?? Output;
        return part is not null;
    }

    /// <summary>Makes what computes inputs write them into the output, from an element of it on, if it can: then
    /// nothing copies them.</summary>
    /// <param name="first">The first of these inputs. Those behind it count only if they all are parts, one behind the
    /// other, of one activation.</param>
    /// <param name="begin">The element of the output.</param>
    /// <returns>The number of inputs that lie in the output.</returns>
    public int TryPlaceInOutput(int first, long begin)
    {
        Activation root = ((Activation)Inputs[first]).Root;
        int end = first;
        long covered = 0;
        while (end < Inputs.Count && covered < root.Count && Inputs[end] is Activation input
            && input.Root == root && input.Begin == covered)
        {
            covered += input.Count;
            end++;
        }
        return covered == root.Count && root.LiesIn((Activation)Output, begin) ? end - first : 0;
    }

    /// <summary>Makes the output what a part of the operator has computed.</summary>
    public void End(LoweringStep part) => Output = part.Output;

    /// <summary>A step for a part of the operator, which has no weights.</summary>
    /// <param name="input">What it reads.</param>
    /// <param name="inputShape">The shape of one item of that.</param>
    /// <param name="output">The shape of one item of its output.</param>
    public LoweringStep Part(Operand input, TensorShape inputShape, TensorShape output) => new(
        layer, weightsForm, Options, [inputShape], output, [input], default, Parameters, hasBias: false, dispatches);

    /// <summary>The same operator with kernels and weights of 32 bits, for what would lose too much with 16. What it
    /// reads and writes is to be of 32 bits, too.</summary>
    public LoweringStep In32Bits() => new(
        layer, weightsForm, Options with { Fp16 = false }, InputShapes, OutputShape, Inputs, Pointwise, Parameters,
        hasBias, dispatches)
    {
        _variant = _variant,
        _isJudgedAlone = _isJudgedAlone,
    };

    /// <summary>The elements of a parameter by its short name.</summary>
    public ReadOnlySpan<float> Parameter(string name) => Parameters(name).Data.Span;

    /// <summary>The elements of the bias; none where the operator has no bias, not even one that folding gave
    /// it.</summary>
    public ReadOnlySpan<float> Bias => hasBias ? Parameter("bias") : default;

    /// <summary>The most elements of a weight that one buffer, and an array of floats to pack it in, holds.</summary>
    public long LargestWeight =>
        Math.Min(Options.LargestBuffer / (Options.Fp16 ? 2 : sizeof(float)), Kernels.Constant.Largest);

    /// <summary>Packed weights, stored as activations are.</summary>
    /// <param name="name">What of the layer they are, and how they are packed, if in more than one way.</param>
    /// <param name="count">The number of elements.</param>
    /// <param name="pack">Makes the elements.</param>
    public FloatConstant Weight(string name, long count, Func<float[]> pack) =>
        Options.IsStrict
            ? Constant(name, count, pack)
            : new(
                $"{layer}.{name}{weightsForm}{(Options.Fp16 ? "*fp16" : "")}", count,
                Options.Fp16 ? () => InRange(pack()) : pack,
                Options.Fp16);

    /// <summary>Small constants, which are always 32-bit floats.</summary>
    /// <param name="name">What of the layer they are, and how they are packed, if in more than one way.</param>
    /// <param name="count">The number of floats.</param>
    /// <param name="pack">Makes the floats.</param>
    public FloatConstant Constant(string name, long count, Func<float[]> pack) => Options.IsStrict
        ? new($"{layer}.{name}{weightsForm}*strict", count, () => Array.ConvertAll(pack(), Strict.Held))
        : new($"{layer}.{name}{weightsForm}", count, pack);

    /// <summary>Integers that a kernel reads, as uint.</summary>
    /// <param name="name">What of the layer they are.</param>
    /// <param name="values">The integers; the same whatever the numerics.</param>
    public IntegerConstant Integers(string name, uint[] values) => new($"{layer}.{name}", values);

    /// <summary>The bias with zeros behind it, or zeros alone where there is none.</summary>
    /// <param name="count">The number of floats.</param>
    /// <param name="first">The first output to take.</param>
    /// <param name="outputs">The number of outputs to take.</param>
    public FloatConstant PaddedBias(
        int count, int first, int outputs) => Constant($"bias[{first}]*{count}", count, () =>
    {
        var padded = new float[count];
        if (hasBias)
            Bias.Slice(first, outputs).CopyTo(padded);
        return padded;
    });

    /// <summary>Refuses numbers that 16 bits would make infinite.</summary>
    private float[] InRange(float[] packed)
    {
        if (!Array.Exists(packed, IsTooLarge))
            return packed;
        float[] trained = Parameter("weight").ToArray();
        int index = Array.FindIndex(trained, IsTooLarge);
        throw new Fp16RangeException(index >= 0
            ? string.Create(
                CultureInfo.InvariantCulture, $"{layer}.weight has the value {trained[index]} at index {index}")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{layer}.weight comes to {Array.Find(packed, IsTooLarge)} where a kernel stores it transformed"));

        static bool IsTooLarge(float number) => float.IsFinite(number) && !Half.IsFinite((Half)number);
    }

    /// <summary>Whether a variant, or a kernel by itself, is not to be used on this driver with this step's
    /// numerics.</summary>
    public bool IsRejected(string name, bool readsTexels = false) =>
        Options.Variants.RejectedKernels?.Contains(
            $"{new KernelId(name, Options.KernelNumerics, readsTexels)}") == true;

    /// <summary>Whether a kernel had better read these as texels of four elements: where the device is the faster for
    /// it, and each of them is a whole number of texels that one view holds.</summary>
    public bool ReadsTexels(params ReadOnlySpan<long> counts)
    {
        foreach (long count in counts)
            if (count % 4 != 0 || count / 4 > Options.Device.LargestTexels)
                return false;
        return true;
    }

    /// <summary>Whether to launch a kernel's form that reads these as texels.</summary>
    public bool TakesTexels(string kernel, params ReadOnlySpan<long> counts) =>
        ReadsTexels(counts) && !IsRejected(kernel, readsTexels: true);

    /// <summary>Adds the launch of a kernel that computes its elements one by one, or in its other form four by four,
    /// as texel.glsl says: that is launched where some of the bindings, one bit each, can be read as texels.</summary>
    public void DispatchElements(
        string kernel, SpecializationConstant[] constants, long count, uint texels, params Operand[] operands) =>
        DispatchElements(kernel, constants, count, texels, iterations: 0, operands);

    /// <summary>The same of a kernel with loops over parts of the shape, which take so many iterations in one
    /// invocation.</summary>
    public void DispatchElements(
        string kernel, SpecializationConstant[] constants, long count, uint texels, long iterations,
        params Operand[] operands)
    {
        long[] counts =
            [count, .. operands.Where((_, binding) => (texels >> binding & 1) != 0).Select(operand => operand.Count)];
        bool takesTexels = texels != 0 && TakesTexels(kernel, counts);
        Dispatch(
            kernel, constants, GroupCount.Linear(takesTexels ? count / 4 : count),
            takesTexels ? texels : 0, iterations, operands);
    }

    /// <summary>Adds a kernel launch.</summary>
    public void Dispatch(
        string kernel, SpecializationConstant[] constants, GroupCount groups, params Operand[] operands) =>
        Dispatch(kernel, constants, groups, texels: 0, operands);

    /// <summary>Adds the launch of a kernel that reads some of its bindings, one bit each, as texels of four
    /// elements.</summary>
    public void Dispatch(
        string kernel, SpecializationConstant[] constants, GroupCount groups, uint texels, params Operand[] operands) =>
        Dispatch(kernel, constants, groups, texels, iterations: 0, operands);

    /// <summary>Adds the launch of a kernel with loops over parts of the shape, which take so many iterations in one
    /// invocation.</summary>
    public void Dispatch(
        string kernel, SpecializationConstant[] constants, GroupCount groups, uint texels, long iterations,
        params Operand[] operands) =>
        dispatches.Add(new KernelLaunch(
            layer, new KernelId(kernel, Options.KernelNumerics, texels != 0), constants, groups, operands,
            _variant, texels, iterations)
        {
            IsJudgedAlone = _isJudgedAlone,
        });

    /// <summary>The most iterations of a launch among those that are added; they are taken away again.</summary>
    public long IterationsOf(Action lower)
    {
        int before = dispatches.Count;
        lower();
        long iterations = dispatches.Skip(before).Max(dispatch => dispatch.Iterations);
        dispatches.RemoveRange(before, dispatches.Count - before);
        return iterations;
    }
}
