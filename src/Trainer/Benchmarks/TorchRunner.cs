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
    private readonly torch.Tensor[] _inputs, _resident;
    private readonly float[][] _outputs;

    /// <param name="model">The network.</param>
    /// <param name="inputs">A batch of each of its inputs.</param>
    public TorchRunner(Model model, params float[][] inputs)
    {
        ModelGraph graph = model.Graph;
        int batch = inputs[0].Length / graph.Inputs[0].Shape.ElementCount;
        _outputs = [.. graph.Outputs.Select(output => new float[batch * output.Shape.ElementCount])];
        _device = TorchDevice.Best;
        _network = new TorchNetwork(model.Graph);
        _network.LoadWeights(model.Weights);
        _network.to(_device);
        _network.eval();
        _inputs =
            [.. inputs.Zip(graph.Inputs, (input, of) => torch.tensor(input, [batch, .. of.Shape.Extents.ToArray()]))];
        if (_inputs.Any(IsImages))
            _inputs = Faster(
                _inputs,
                [.. _inputs.Select(input => IsImages(input) ? TorchTensor.ChannelsLast(input) : input.clone())]);
        _resident = [.. _inputs.Select(input => input.to(_device))];
    }

    /// <summary>What it is called in tables.</summary>
    public static string Name =>
        torch.cuda.is_available() ? "torch, CUDA" : $"torch, CPU, {torch.get_num_threads()} threads";

    /// <summary>From inputs in the program's memory to outputs there.</summary>
    public void Run()
    {
        using var scope = torch.NewDisposeScope();
        // The bytes and not the floats: TorchSharp copies those one by one.
        foreach ((torch.Tensor output, float[] values) in Compute(_inputs).Zip(_outputs))
            MemoryMarshal.Cast<byte, float>(output.cpu().contiguous().bytes).CopyTo(values);
    }

    /// <summary>The computation alone, from inputs on the torch device to outputs there.</summary>
    public void Compute()
    {
        using var scope = torch.NewDisposeScope();
        Compute(_resident);
        if (_device.type == DeviceType.CUDA)
            torch.cuda.synchronize();
    }

    private static bool IsImages(torch.Tensor input) => input.dim() == 4;

    private torch.Tensor[] Compute(torch.Tensor[] inputs)
    {
        using IDisposable noGradients = torch.no_grad();
        return _network.Outputs(Array.ConvertAll(inputs, input => input.to(_device)));
    }

    /// <summary>The inputs that a run takes less time with; the others are disposed.</summary>
    private torch.Tensor[] Faster(torch.Tensor[] inputs, torch.Tensor[] channelsLast)
    {
        bool last = Shortest(channelsLast) < Shortest(inputs);
        Array.ForEach(last ? inputs : channelsLast, tensor => tensor.Dispose());
        return last ? channelsLast : inputs;

        double Shortest(torch.Tensor[] of)
        {
            Func<double> run = Interleaved.ByHost(() =>
            {
                using var scope = torch.NewDisposeScope();
                Array.ForEach(Compute(of), output => output.cpu());
            });
            return Enumerable.Range(0, 4).Min(_ => run());
        }
    }

    public void Dispose()
    {
        Array.ForEach(_inputs, input => input.Dispose());
        Array.ForEach(_resident, input => input.Dispose());
        _network.Dispose();
    }
}
