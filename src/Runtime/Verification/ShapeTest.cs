using System.Globalization;
using System.Text;
using SoftPool.Execution;
using SoftPool.Files;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Reference;
using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>Runs a plan once at its own shapes, on seeded input, layer by layer. Of each layer some outputs of the
/// first and the last item are held to the reference, which computes them from what the layer has really read: errors
/// do not add up, and the first layer at fault is the one named.</summary>
internal sealed class ShapeTest : IDisposable
{
    // Where the terms of a sum cancel each other, what is left is held to this part of their magnitudes instead of to
    // its own size.
    private const double Fp32Rounding = 2e-6, Fp16Rounding = 2e-3;

    // Roundings add up where all terms are alike: half an ulp of the sum for each term, if the bias is the most of it.
    // A term that is left out of a sum of up to 4,096 equal ones still makes a larger difference.
    private const double RoundingPerTerm = 1.0 / (1 << 24);

    // Storage in 16 bits ends at 65,504: beyond this a value may have become infinite on the way.
    private const float LargestHalf = 60_000;

    private readonly Ownership _ownership = new();
    private readonly VulkanDevice _device;
    private readonly Model _model;
    private readonly ExecutionPlan _plan;
    private readonly PlanOptions _options;
    private readonly int[] _items;
    private readonly DeviceProgram _program;
    private readonly FloatInput _input;
    private readonly DeviceBuffer _readBack;
    // The launches that have been submitted.
    private int _launched;

    private ShapeTest(VulkanDevice device, Model model, ExecutionPlan plan, PlanOptions options)
    {
        (_device, _model, _plan, _options) = (device, model, plan, options);
        _items = plan.Batch == 1 ? [0] : [0, plan.Batch - 1];
        try
        {
            _program = _ownership.Take(new DeviceProgram(device, model, plan, keepLayerOutputs: false));
            _input = _ownership.Take(new FloatInput(device, plan, _program, plan.Batch));
            _readBack = _ownership.Take(DeviceBuffer.ReadBack(
                device,
                plan.Layers.Max(
                    layer => layer.Inputs.Append(layer.Output).Sum(operand => _items.Length * ItemBytes(operand)))));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What tells a plan from others: its operators and launches with their shapes. Weights play no
    /// part.</summary>
    public static string KeyOf(ModelGraph graph, ExecutionPlan plan)
    {
        var text = new StringBuilder();
        // Some kernels read their shape from a buffer: their launches look alike.
        for (int i = 0; i < graph.Layers.Count; i++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{graph.Layers[i].Operator} {string.Join(' ', graph.InputShapesOf(i))}\n");
        foreach (KernelLaunch launch in plan.Launches)
        {
            string constants = string.Join(',', launch.Constants);
            string counts = string.Join(',', launch.Operands.Select(operand => operand.Count));
            text.Append(CultureInfo.InvariantCulture, $"{launch.Kernel} {launch.Variant} {constants} {launch.Groups} ")
                .Append(CultureInfo.InvariantCulture, $"{launch.Texels} {counts}\n");
        }
        return TuningCache.PlanPrefix
            + Convert.ToHexString(Sha256.Hash(Encoding.UTF8.GetBytes(text.ToString())), 0, 16);
    }

    /// <summary>The first layer at fault, and what it did; null where there is none.</summary>
    /// <param name="device">Where the plan is to run.</param>
    /// <param name="model">The network and its weights.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="options">How it was made.</param>
    /// <param name="kept">Gets the pipelines and weights: until it is disposed, the session finds them there.</param>
    public static (PlannedLayer Layer, string Reason)? FirstFault(
        VulkanDevice device, Model model, ExecutionPlan plan, PlanOptions options, Ownership kept)
    {
        kept.Take(device.Weights.Take(device, model));
        device.Pipelines.Compile(plan.Launches, kept);
        foreach (PlannedLayer layer in plan.Layers)
            for (int i = 0; i < layer.Launches; i++)
                try
                {
                    kept.Take(device.Pipelines.Take(plan.Launches[layer.FirstLaunch + i]));
                }
                catch (VulkanException e) when (SelfTest.IsOfKernel(e.Call))
                {
                    return (layer, $"not to be run: {e.Message}");
                }
        using var test = new ShapeTest(device, model, plan, options);
        test.WriteInputs();
        string key = KeyOf(model.Graph, plan);
        foreach (PlannedLayer layer in plan.Layers)
            if (layer.Launches > 0 && test.FaultOf(layer, key) is { } reason)
                return (layer, reason);
        return null;
    }

    public void Dispose() => _ownership.Dispose();

    /// <summary>The last item has other numbers than the first.</summary>
    private void WriteInputs()
    {
        int[] lengths = [.. _model.Graph.Inputs.Select(input => input.Shape.ElementCount)];
        float[] all = SelfTestCases.Numbers(2 * lengths.Sum());
        int begin = 0;
        for (int i = 0; i < lengths.Length; begin += 2 * lengths[i++])
        {
            ReadOnlySpan<float> numbers = all.AsSpan(begin, 2 * lengths[i]);
            Span<float> values = _input.ValuesOf(i);
            for (int item = 0; item < _plan.Batch; item++)
                numbers.Slice(item == 0 || (item < _plan.Batch - 1 && item % 2 == 0) ? 0 : lengths[i], lengths[i])
                    .CopyTo(values[(item * lengths[i])..]);
        }
    }

    private string? FaultOf(PlannedLayer layer, string key)
    {
        _device.Variants.Try(
            key, () => Run(layer),
            string.Create(CultureInfo.InvariantCulture, $"{layer.FirstLaunch} {TuningCache.Hung}"));
        Operand[] operands = [.. layer.Inputs, layer.Output];
        long offset = 0;
        foreach (int _ in _items)
        {
            var values = new float[operands.Length][];
            for (int i = 0; i < operands.Length; i++)
            {
                values[i] = Read(operands[i], offset);
                offset += ItemBytes(operands[i]);
            }
            if (Compare(layer, values[..^1], values[^1]) is { } reason)
                return reason;
        }
        return null;
    }

    /// <summary>Runs a layer's launches and those that come before it, and reads back what it read and gave.</summary>
    private void Run(PlannedLayer layer)
    {
        using var recording = new Submission(_device, commands =>
        {
            if (_launched == 0)
                _input.RecordCopy(commands, new BatchPart(0, 0, _plan.Batch));
            for (; _launched < layer.FirstLaunch; _launched++)
                _program.RecordLaunch(commands, _launched);
            commands.Barrier();
            long offset = 0;
            // Before its launches: what only the first of them reads may be overwritten by the last.
            foreach (int item in _items)
            {
                foreach (Operand input in layer.Inputs)
                    offset = Copy(commands, input, item, offset);
                offset += ItemBytes(layer.Output);
            }
            for (; _launched < layer.FirstLaunch + layer.Launches; _launched++)
                _program.RecordLaunch(commands, _launched);
            commands.Barrier();
            offset = 0;
            foreach (int item in _items)
                offset = Copy(commands, layer.Output, item, offset + layer.Inputs.Sum(ItemBytes));
            commands.BarrierToHost();
        });
        recording.Submit();
        recording.Wait();
    }

    private long Copy(Commands commands, Operand operand, int item, long offset)
    {
        long bytes = ElementsOf(operand) * (operand.IsHalf ? 2 : sizeof(float));
        BufferRange place = _program.PlaceOf(operand);
        commands.Copy(
            place with { Offset = place.Offset + item * bytes, ByteCount = bytes }, _readBack.Part(offset, bytes));
        return offset + ItemBytes(operand);
    }

    private float[] Read(Operand operand, long offset)
    {
        int count = (int)ElementsOf(operand);
        return operand.IsHalf
            ? Array.ConvertAll(_readBack.Mapped<Half>(offset, count).ToArray(), half => (float)half)
            : _readBack.Floats(offset, count).ToArray();
    }

    private long ElementsOf(Operand operand) => operand.Count / _plan.Batch;

    private long ItemBytes(Operand operand) =>
        Division.Align(ElementsOf(operand) * (operand.IsHalf ? 2 : sizeof(float)), sizeof(float));

    private string? Compare(PlannedLayer layer, float[][] inputs, float[] output)
    {
        string name = $"the layer '{_model.Graph.Layers[layer.Layers[0]].Name}' at its own shape";
        int[] places = SampledReference.Places(output.Length);
        var wanted = new bool[output.Length];
        foreach (int place in places)
            wanted[place] = true;
        float[] expected = _options.IsStrict
            ? SampledReference.Compute<Strict>(_model.Graph, Weight, layer.Layers, inputs, wanted)
            : SampledReference.Compute<Exact>(_model.Graph, Weight, layer.Layers, inputs, wanted);
        // Overflow is a matter of the weights, not of the kernel.
        float largest = _options.Fp16 ? LargestHalf : float.MaxValue;
        float[] right = [.. places.Select(place => expected[place]).Where(IsInRange)];
        float[] actual = [.. places.Where(place => IsInRange(expected[place])).Select(place => output[place])];
        if (_options.IsStrict)
        {
            var bits = new BitComparison();
            bits.Add(right, actual);
            return bits.DifferingElements == 0
                ? null
                : $"wrong: {bits.DifferingElements} of {bits.Count} values of {name} have other bits than the "
                    + "reference";
        }
        float[] finite = [.. output.Where(float.IsFinite)];
        double largestValue = finite.Length == 0 ? 0 : finite.Max(MathF.Abs);
        (Tolerances tolerances, double rounding) = _options.Fp16
            ? (Tolerances.Fp16, Fp16Rounding)
            : (Tolerances.Fp32, Fp32Rounding);
        var comparison = new TensorComparison(
            largestValue, finite.Sum(value => (double)value * value) / Math.Max(finite.Length, 1))
        {
            Negligible = tolerances.Negligible,
        };
        comparison.Add(right, actual);
        if (comparison.Nmse <= tolerances.LayerNmse && comparison.RelativeError <= tolerances.OutputError)
            return null;
        double allowed = Math.Max(rounding, RoundingPerTerm * SampledReference.TermsOf(_model.Graph, layer.Layers));
        return comparison.MaxError <= allowed
            * SampledReference.MagnitudeOf(_model.Graph, Weight, layer.Layers, inputs, wanted)
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"wrong: {name} is off by {comparison.RelativeError:0.0e-0} of its largest value");

        bool IsInRange(float value) => MathF.Abs(value) <= largest;
    }

    private Tensor Weight(string name) => _model.Weights[name];
}
