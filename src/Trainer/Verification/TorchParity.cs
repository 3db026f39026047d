using SoftPool.Parity;
using SoftPool.Trainer.Networks;
using static TorchSharp.torch;

namespace SoftPool.Trainer.Verification;

/// <summary>
/// Compares every layer of a model on a Vulkan device with torch, on the same inputs. Two sessions run: the one that apps
/// get, with each ReLU fused into the kernel before it, and one without fusion for the values that fusion never stores.
/// </summary>
internal static class TorchParity
{
    /// <param name="model">The network and its weights.</param>
    /// <param name="gpu">The device.</param>
    /// <param name="inputs">Preprocessed images, (N, C, H, W) fp32 on the CPU.</param>
    /// <param name="batch">The number of images that run at once.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    public static ParityReport Check(Model model, GpuDevice gpu, Tensor inputs, int batch, IProgress<double>? progress = null)
    {
        using TorchNetwork torchNetwork = TorchNetwork.FromModel(model);
        using InferenceSession fused = gpu.CreateSession(
            model, new SessionOptions { Batch = batch, KeepLayerOutputs = true });
        using InferenceSession unfused = gpu.CreateSession(
            model, new SessionOptions { Batch = batch, KeepLayerOutputs = true, Fuse = false });
        var inFused = fused.KeptLayers.ToHashSet();
        var report = new ParityReport(model.Graph);
        long count = inputs.shape[0];
        for (long begin = 0; begin < count; begin += batch)
        {
            using var scope = NewDisposeScope();
            Tensor items = inputs.slice(0, begin, Math.Min(begin + batch, count), 1).contiguous();
            Dictionary<string, float[]> expected = torchNetwork.LayerOutputs(items);

            float[] input = [.. items.data<float>()];
            float[] expectedLogits = expected[model.Graph.Layers[^1].Name];
            var logits = new float[expectedLogits.Length];
            unfused.Run(input, logits);
            fused.Run(input, logits);
            report.AddOutputs(expectedLogits, logits);
            foreach ((string layer, float[] values) in expected)
            {
                var actual = new float[values.Length];
                (inFused.Contains(layer) ? fused : unfused).ReadLayer(layer, actual);
                report.AddLayer(layer, values, actual);
            }
            progress?.Report((double)Math.Min(begin + batch, count) / count);
        }
        return report;
    }
}
