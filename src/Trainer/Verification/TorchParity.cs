using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Verification;

/// <summary>
/// Compares every layer of a model on a Vulkan device with torch, on the same inputs. Two sessions run: the one that
/// apps get, with each ReLU fused into the kernel before it, and one without fusion for the values that fusion never
/// stores.
/// </summary>
internal static class TorchParity
{
    /// <param name="model">The network and its weights.</param>
    /// <param name="gpu">The device.</param>
    /// <param name="images">Where the inputs come from; they are preprocessed as the model says.</param>
    /// <param name="count">The number of images to compare, spread evenly over the set so that all classes are
    /// there.</param>
    /// <param name="options">How the model runs; images come in its batches.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    public static ParityReport Check(
        Model model, GpuDevice gpu, ImageSet images, int count,
        SessionOptions options, IProgress<double>? progress = null)
    {
        count = Math.Min(count, images.Count);
        options = options with { Batch = Math.Min(options.Batch, count), KeepLayerOutputs = true };
        int[] places = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count))];
        using var torchNetwork = new TorchNetwork(model.Graph);
        torchNetwork.LoadWeights(model.Weights);
        using ImagePreprocessing preprocessing = ImagePreprocessing.For(model, images.Size, torch.CPU);
        using InferenceSession fused = gpu.CreateSession(model, options);
        using InferenceSession unfused = gpu.CreateSession(model, options with { Fuse = false });
        var inFused = fused.KeptLayers.ToHashSet();

        var report = new ParityReport(model.Graph, options.Fp16 ? Tolerances.Fp16 : Tolerances.Fp32)
        {
            Device = gpu.Info,
            Options = options,
        };
        foreach (int[] some in places.Chunk(options.Batch))
        {
            using var scope = torch.NewDisposeScope();
            torch.Tensor inputs = preprocessing.Apply(ImageBatch.Of(images, some).Pixels);
            float[] input = inputs.data<float>().ToArray();
            float[][] outputs =
                [.. model.Graph.Outputs.Select(output => new float[some.Length * output.Shape.ElementCount])];
            Memory<float>[] room = Array.ConvertAll(outputs, output => output.AsMemory());
            unfused.Run([input], room);
            fused.Run([input], room);

            float[] first = [];
            torchNetwork.Infer(inputs, (layer, output) =>
            {
                float[] expected = output.contiguous().data<float>().ToArray();
                if (layer == model.Graph.Outputs[0].Layer)
                    first = expected;
                var actual = new float[expected.Length];
                (inFused.Contains(layer) ? fused : unfused).ReadLayer(layer, actual);
                report.AddLayer(layer, expected, actual);
            });
            report.AddOutputs(first, outputs[0]);
            progress?.Report((double)report.Items / count);
        }
        return report;
    }
}
