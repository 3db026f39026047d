using System.Runtime.InteropServices;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Benchmarks;

/// <summary>Computes one batch of a model in torch, on CUDA where it is. What is compared with torch is compared with
/// its best: images lie in the memory format in which it is the faster.</summary>
internal sealed class TorchRunner : IDisposable
{
    private readonly torch.Device _device;
    private readonly TorchNetwork _network;
    private readonly torch.Tensor _inputs, _resident;
    private readonly float[] _output;

    /// <param name="model">The network.</param>
    /// <param name="input">A batch of inputs.</param>
    public TorchRunner(Model model, float[] input)
    {
        TensorShape shape = model.Graph.InputShape;
        int batch = input.Length / shape.ElementCount;
        _output = new float[batch * model.Graph.OutputShape.ElementCount];
        _device = TorchDevice.Best;
        _network = new TorchNetwork(model.Graph);
        _network.LoadWeights(model.Weights);
        _network.to(_device);
        _network.eval();
        _inputs = torch.tensor(input, [batch, .. shape.Extents.ToArray().Select(extent => (long)extent)]);
        if (_inputs.dim() == 4)
            _inputs = Faster(_inputs, TorchTensor.ChannelsLast(_inputs));
        _resident = _inputs.to(_device);
    }

    /// <summary>What it is called in tables.</summary>
    public static string Name =>
        torch.cuda.is_available() ? "torch, CUDA" : $"torch, CPU, {torch.get_num_threads()} threads";

    /// <summary>From inputs in the program's memory to outputs there.</summary>
    public void Run()
    {
        using var scope = torch.NewDisposeScope();
        // The bytes and not the floats: TorchSharp copies those one by one.
        MemoryMarshal.Cast<byte, float>(Compute(_inputs.to(_device)).cpu().contiguous().bytes).CopyTo(_output);
    }

    /// <summary>The computation alone, from inputs on the torch device to outputs there.</summary>
    public void Compute()
    {
        using var scope = torch.NewDisposeScope();
        Compute(_resident);
        if (_device.type == DeviceType.CUDA)
            torch.cuda.synchronize();
    }

    private torch.Tensor Compute(torch.Tensor inputs)
    {
        using IDisposable noGradients = torch.no_grad();
        return _network.call(inputs);
    }

    /// <summary>The inputs that a run takes less time with; the others are disposed.</summary>
    private torch.Tensor Faster(torch.Tensor inputs, torch.Tensor channelsLast)
    {
        bool last = Shortest(channelsLast) < Shortest(inputs);
        (last ? inputs : channelsLast).Dispose();
        return last ? channelsLast : inputs;

        double Shortest(torch.Tensor of)
        {
            Func<double> run = Interleaved.ByHost(() =>
            {
                using var scope = torch.NewDisposeScope();
                Compute(of.to(_device)).cpu();
            });
            return Enumerable.Range(0, 4).Min(_ => run());
        }
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _resident.Dispose();
        _network.Dispose();
    }
}
