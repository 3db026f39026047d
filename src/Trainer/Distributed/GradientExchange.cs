using System.Runtime.InteropServices;
using SoftPool.Trainer.Networks;
using TorchSharp;
using TorchSharp.Modules;

namespace SoftPool.Trainer.Distributed;

/// <summary>
/// Adds up the gradients of all processes, in buckets of consecutive layers, each begun as soon as the backward pass
/// has its gradients: so most of the exchange goes on beside the rest of it. On the CPU the gradients lie in the
/// buckets themselves.
/// </summary>
internal sealed class GradientExchange : IDisposable
{
    /// <summary>Layers are put together up to this size: fewer bytes would make an exchange of latency, more leave
    /// nothing to compute beside it.</summary>
    private const int BucketBytes = 4 << 20;

    private readonly Communicator _processes;
    private readonly List<Bucket> _buckets = [];
    private readonly List<(Parameter Parameter, torch.Tensor Place)> _places = [];
    private readonly float[] _sums;
    private readonly short[] _wire;
    private readonly torch.Tensor _sumsTensor;
    private readonly torch.Tensor? _rounded;
    private readonly bool _onCpu;
    private readonly List<Task> _underWay = [];
    private int _next;

    /// <param name="processes">All processes.</param>
    /// <param name="network">Whose gradients they exchange; it is on its device already.</param>
    /// <param name="bfloat16">Whether they are rounded to bfloat16 on the way.</param>
    public GradientExchange(Communicator processes, TorchNetwork network, bool bfloat16)
    {
        _processes = processes;
        Dictionary<string, Parameter> parameters = network.named_parameters()
            .Where(entry => entry.parameter.requires_grad).ToDictionary(entry => entry.name, entry => entry.parameter);
        using var scope = torch.NewDisposeScope();
        _sums = Communicator.Pinned<float>(new float[parameters.Values.Sum(parameter => parameter.numel())]);
        _sumsTensor = torch.frombuffer(_sums, torch.ScalarType.Float32).DetachFromDisposeScope();
        _wire = Communicator.Pinned<short>(new short[bfloat16 ? _sums.Length : 0]);
        if (bfloat16)
            _rounded = torch.zeros(_sums.Length, torch.ScalarType.BFloat16).DetachFromDisposeScope();
        _onCpu = parameters.Values.All(parameter => parameter.device_type == DeviceType.CPU);
        int first = 0, end = 0;
        // From the last layer to the first, as the backward pass comes by.
        for (int layer = network.Graph.Layers.Count - 1; layer >= 0; layer--)
        {
            string prefix = network.Graph.Layers[layer].Name + ".";
            foreach ((string name, Parameter parameter) in parameters)
                if (name.StartsWith(prefix, StringComparison.Ordinal)
                    && !name.AsSpan(prefix.Length).Contains('.'))
                {
                    int length = (int)parameter.numel();
                    torch.Tensor place = _sumsTensor.narrow(0, end, length).reshape(parameter.shape)
                        .DetachFromDisposeScope();
                    _places.Add((parameter, place));
                    // Backward adds to the gradient that is there.
                    if (_onCpu)
                        parameter.grad = place;
                    end += length;
                }
            if ((end - first) * sizeof(float) >= BucketBytes || (layer == 0 && end > first))
            {
                _buckets.Add(new Bucket(first, end - first, layer, _places.Count));
                first = end;
            }
        }
    }

    /// <summary>Begins with the buckets of a layer and those behind it, whose gradients are complete.</summary>
    public void Begin(int layer)
    {
        for (; _next < _buckets.Count && _buckets[_next].Layer >= layer; _next++)
        {
            Bucket bucket = _buckets[_next];
            using var scope = torch.NewDisposeScope();
            using IDisposable noGradients = torch.no_grad();
            if (!_onCpu)
                foreach ((Parameter parameter, torch.Tensor place) in
                    _places[(_next == 0 ? 0 : _buckets[_next - 1].Places)..bucket.Places])
                    place.copy_(parameter.grad!);
            if (_rounded is null)
            {
                _underWay.Add(_processes.BeginSum(_sums, bucket.First, bucket.Count));
                continue;
            }
            torch.Tensor part = _rounded.narrow(0, bucket.First, bucket.Count);
            part.copy_(_sumsTensor.narrow(0, bucket.First, bucket.Count));
            part.bytes.CopyTo(MemoryMarshal.AsBytes(_wire.AsSpan(bucket.First, bucket.Count)));
            _underWay.Add(_processes.BeginSum(_wire, bucket.First, bucket.Count));
        }
    }

    /// <summary>After the backward pass: begins with what is left, and waits until all gradients are those of the whole
    /// batch.</summary>
    public void Finish()
    {
        Begin(0);
        foreach (Task exchange in _underWay)
            _processes.Wait(exchange);
        _underWay.Clear();
        _next = 0;
        using IDisposable noGradients = torch.no_grad();
        if (_rounded is not null)
        {
            MemoryMarshal.AsBytes(_wire.AsSpan()).CopyTo(_rounded.bytes);
            _sumsTensor.copy_(_rounded);
        }
        if (!_onCpu)
            foreach ((Parameter parameter, torch.Tensor place) in _places)
                parameter.grad!.copy_(place);
    }

    public void Dispose()
    {
        foreach ((_, torch.Tensor place) in _places)
            place.Dispose();
        _rounded?.Dispose();
        _sumsTensor.Dispose();
    }

    /// <param name="First">The place of its first number.</param>
    /// <param name="Count">Its numbers.</param>
    /// <param name="Layer">The first of its layers, whose gradients come last.</param>
    /// <param name="Places">How many parameters it and those before it have.</param>
    private readonly record struct Bucket(int First, int Count, int Layer, int Places);
}
