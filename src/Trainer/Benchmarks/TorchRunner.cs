using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Benchmarks;

/// <summary>Computes one batch of a model in torch: on CUDA where it is, input and output on the host.</summary>
internal sealed class TorchRunner : IDisposable
{
    private readonly torch.Device _device;
    private readonly TorchNetwork _network;
    private readonly torch.Tensor _inputs;
    private readonly float[] _output;

    /// <param name="model">The network.</param>
    /// <param name="input">A batch of inputs.</param>
    public TorchRunner(Model model, float[] input)
    {
        TensorShape shape = model.Graph.InputShape;
        int batch = input.Length / shape.Count;
        _output = new float[batch * model.Graph.OutputShape.Count];
        _device = TorchDevice.Best;
        _inputs = torch.tensor(input, [batch, .. shape.Extents.ToArray().Select(extent => (long)extent)]);
        _network = new TorchNetwork(model.Graph);
        _network.LoadWeights(model.Weights);
        _network.to(_device);
        _network.eval();
    }

    /// <summary>What it is called in tables.</summary>
    public static string Name =>
        torch.cuda.is_available() ? "torch, CUDA" : $"torch, CPU, {torch.get_num_threads()} threads";

    public void Run()
    {
        using var scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        _network.call(_inputs.to(_device)).cpu().contiguous().data<float>().CopyTo(_output);
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _network.Dispose();
    }
}
