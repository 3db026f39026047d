using System.Globalization;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>Holds a model to its module, and makes its certificate: what the module itself computes.</summary>
internal sealed class ModuleCertificate(
    torch.nn.Module module, Func<torch.Tensor[], object?> call, torch.Device device, ModuleTrace trace,
    ModuleGraph layers, Model model)
{
    private const int Inputs = 4;

    /// <summary>Of so many for each that is taken, those whose answer is clearest. Which class is the largest shall not
    /// turn on the last bit: that would say nothing of a device.</summary>
    private const int Candidates = 4;

    /// <summary>Far above what rounding in 32 bits comes to, far below what a wrong attribute does.</summary>
    private const double LargestNmse = 1e-8;

    /// <summary>The model under its certificate.</summary>
    /// <param name="example">An item of each input of the example; its values in the trace are compared too.</param>
    /// <exception cref="UnsupportedModuleException">The model computes something else than the module.</exception>
    public Model Make(ReadOnlyMemory<float>[] example)
    {
        (CertificateInput Input, ReadOnlyMemory<float>[] Values, ModuleTrace Trace)[] chosen =
        [
            .. Enumerable.Range(1, Candidates * Inputs).Select(seed => Run(new CertificateInput(Seed: seed)))
                .OrderByDescending(run => Margin(run.Trace.OutputValues[0])).Take(Inputs)
                .OrderBy(run => run.Input.Seed),
        ];
        IReadOnlyList<float[]>[] references = [.. chosen.Select(run => run.Values).Prepend(example)
            .AsParallel().AsOrdered().Select(input => ReferenceNetwork.Run(model, input))];
        Compare(example, trace, references[0]);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var builder = new CertificateBuilder(model, [.. chosen.Select(run => run.Input)]);
        foreach (((_, ReadOnlyMemory<float>[] values, ModuleTrace run), IReadOnlyList<float[]> reference) in
            chosen.Zip(references[1..]))
        {
            Compare(values, run, reference);
            for (int layer = 0; layer < layers.Layers.Count; layer++)
                builder.Add(layer, ValuesOf(layer, values, run), reference[layer]);
        }
        return model.With(builder.Build(
            $"torch {torch.__version__} through TorchSharp, the module itself", device.ToString(),
            now.AddTicks(-now.Ticks % TimeSpan.TicksPerSecond)));
    }

    /// <exception cref="UnsupportedModuleException">The module calls others for this input.</exception>
    private (CertificateInput Input, ReadOnlyMemory<float>[] Values, ModuleTrace Trace) Run(CertificateInput input)
    {
        ReadOnlyMemory<float>[] values = input.ToItems(model);
        using var scope = torch.NewDisposeScope();
        torch.Tensor[] tensors = [.. values.Zip(model.Graph.Inputs, (item, of) =>
            torch.tensor(item.ToArray(), [1, .. of.Shape.Extents.ToArray()]).to(device))];
        ModuleTrace run = ModuleRecorder.Run(module, call, tensors);
        return run.IsLike(trace)
            ? (input, values, run)
            : throw new UnsupportedModuleException(
                model.Graph.Name, ["which modules it calls depends on the values of its input"]);
    }

    /// <summary>Compares what the module and the model compute, layer by layer.</summary>
    private void Compare(ReadOnlyMemory<float>[] input, ModuleTrace run, IReadOnlyList<float[]> reference)
    {
        for (int layer = 0; layer < reference.Count; layer++)
        {
            var comparison = new TensorComparison();
            comparison.Add(reference[layer], ValuesOf(layer, input, run));
            if (!(comparison.Nmse <= LargestNmse))
                throw new UnsupportedModuleException(
                    model.Graph.Name,
                    [
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"layer {model.Graph.Layers[layer].Name} of the model gives other values than the module "
                            + $"(normalised mean square error {comparison.Nmse:0.0e+0}): something happens that hooks "
                            + $"do not see"),
                    ]);
        }
    }

    /// <summary>What a layer gives, as the module computed it.</summary>
    private ReadOnlySpan<float> ValuesOf(int layer, ReadOnlyMemory<float>[] input, ModuleTrace run)
    {
        int source = layers.Sources[layer];
        return source >= 0 ? run.Calls[source].Output : input[~source].Span;
    }

    private static float Margin(float[] outputs)
    {
        float[] largest = [.. outputs.OrderDescending().Take(2)];
        return (largest[0] - largest[^1]) / largest.Max(Math.Abs);
    }
}
