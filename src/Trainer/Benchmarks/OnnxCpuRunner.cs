using Microsoft.ML.OnnxRuntime;
using SoftPool.Trainer.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Benchmarks;

/// <summary>Computes one batch of an ONNX file in ONNX Runtime on the CPU, with all its optimisations, in as many
/// threads as torch, which do not spin between runs.</summary>
internal sealed class OnnxCpuRunner : IDisposable
{
    private readonly OnnxRunner _runner;
    private readonly OnnxPair _pair;
    private readonly OrtValue[][] _inputs;
    private readonly IDisposableReadOnlyCollection<OrtValue> _outputs;

    /// <param name="pair">The file and the model.</param>
    /// <param name="inputs">A batch of each input.</param>
    /// <exception cref="UserErrorException">The file takes another batch alone.</exception>
    public OnnxCpuRunner(OnnxPair pair, float[][] inputs)
    {
        IReadOnlyList<NetworkInput> shapes = pair.Model.Graph.Inputs;
        int batch = inputs[0].Length / shapes[0].Shape.ElementCount, atOnce = pair.FixesBatch ? pair.Batch : batch;
        if (batch % atOnce != 0)
            throw new UserErrorException(
                $"{pair.Path} takes batches of {atOnce} alone, of which {batch} is no multiple: choose another "
                + "--batch.");
        _pair = pair;
        _runner = new OnnxRunner(
            pair.Path, pair.OutputNames.Except(pair.FileOutputs), optimised: true, torch.get_num_threads());
        _inputs =
        [
            .. Enumerable.Range(0, batch / atOnce).Select(part => inputs.Select((elements, input) =>
            {
                int length = atOnce * shapes[input].Shape.ElementCount;
                return _runner.Tensor(
                    pair.InputNames[input],
                    pair.TakesWhole ? [.. shapes[input].Shape.Extents] : [atOnce, .. shapes[input].Shape.Extents],
                    Array.ConvertAll(
                        elements.AsSpan(part * length, length).ToArray(), number => pair.Held(input, number)));
            }).ToArray()),
        ];
        _outputs = _runner.Run(pair.InputNames, _inputs[0], pair.OutputNames);
    }

    /// <summary>What it is called in tables.</summary>
    public static string Name => $"ONNX Runtime {OnnxRunner.Version}, CPU, {torch.get_num_threads()} threads";

    /// <summary>From inputs in the program's memory to outputs there.</summary>
    public void Run()
    {
        foreach (OrtValue[] inputs in _inputs)
            _runner.Run(_pair.InputNames, inputs, _pair.OutputNames, _outputs);
    }

    public void Dispose()
    {
        foreach (OrtValue input in _inputs.SelectMany(inputs => inputs))
            input.Dispose();
        _outputs.Dispose();
        _runner.Dispose();
    }
}
