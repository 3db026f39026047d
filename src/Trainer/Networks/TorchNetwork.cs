using SoftPool.Operators;
using SoftPool.Torch;
using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// A <see cref="ModelGraph"/> as a TorchSharp module that can learn. Its state dictionary has PyTorch's names. Weights
/// begin as He and Glorot propose, from torch.manual_seed.
/// </summary>
internal sealed class TorchNetwork : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly (Layer Layer, torch.nn.Module<torch.Tensor, torch.Tensor> Module)[] _layers;

    public TorchNetwork(ModelGraph graph) : base(graph.Name)
    {
        Graph = graph;
        _layers = [.. graph.Layers.Select(layer => (layer, ModuleOf(layer.Operator)))];
        foreach ((_, torch.nn.Module<torch.Tensor, torch.Tensor> module) in _layers)
            Initialise(module);
        foreach ((Layer layer, torch.nn.Module<torch.Tensor, torch.Tensor> module) in _layers)
            Register(layer.Name, module);
    }

    /// <summary>What the module was built from.</summary>
    public ModelGraph Graph { get; }

    /// <summary>The type that layers compute in. Weights stay in fp32 and are rounded to it anew at each use; the
    /// outputs are in fp32 again.</summary>
    public torch.ScalarType ComputeType { get; set; } = torch.ScalarType.Float32;

    /// <summary>A batch of inputs (N, C, H, W) to a batch of outputs (N, classes).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        Run(input.to(ComputeType), static (_, _) => { }).to(torch.float32);

    /// <summary>
    /// The network as it is used: without dropout and without gradients. Hands out what each layer gives, by the layer's
    /// name; the tensor lives until the callback returns.
    /// </summary>
    public void Infer(torch.Tensor input, Action<string, torch.Tensor> layerOutput)
    {
        bool wasTraining = training;
        eval();
        try
        {
            using var scope = torch.NewDisposeScope();
            using IDisposable noGradients = torch.no_grad();
            Run(input, layerOutput);
        }
        finally
        {
            train(wasTraining);
        }
    }

    /// <summary>Takes the weights of a model of the same graph.</summary>
    /// <exception cref="ModelFormatException">A weight is missing or of another shape.</exception>
    public void LoadWeights(IReadOnlyDictionary<string, SoftPool.Tensor> weights)
    {
        // A model of them checks names and shapes before anything is changed.
        _ = new Model(Graph, weights, [], UnitPreprocessing(Graph));
        using var scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in named_parameters())
            parameter.copy_(torch.tensor(weights[name].Data.ToArray(), parameter.shape));
    }

    /// <summary>The weights as they are now, copied to the CPU as floats, bound to the graph.</summary>
    /// <param name="classes">The name of each output.</param>
    /// <param name="preprocessing">How the images were prepared in training.</param>
    public Model ToModel(IReadOnlyList<string> classes, Preprocessing preprocessing)
    {
        var weights = named_parameters().ToDictionary(entry => entry.name, entry => TorchTensor.ToTensor(entry.parameter));
        return new Model(Graph, weights, classes, preprocessing);
    }

    /// <summary>Puts features.0 as 0 under a module features: torch wants no dots in a module's own name.</summary>
    private void Register(string layer, torch.nn.Module module)
    {
        string[] path = layer.Split('.');
        torch.nn.Module parent = this;
        foreach (string name in path[..^1])
        {
            torch.nn.Module? child = parent.named_children().FirstOrDefault(entry => entry.name == name).module;
            if (child is null)
                parent.register_module(name, child = new Group(name));
            parent = child;
        }
        parent.register_module(path[^1], module);
    }

    private torch.Tensor Run(torch.Tensor input, Action<string, torch.Tensor> layerOutput)
    {
        torch.Tensor x = input;
        foreach ((Layer layer, torch.nn.Module<torch.Tensor, torch.Tensor> module) in _layers)
        {
            x = Apply(layer.Operator, module, x);
            layerOutput(layer.Name, x);
        }
        return x;
    }

    private static torch.Tensor Apply(Operator op, torch.nn.Module<torch.Tensor, torch.Tensor> module, torch.Tensor x) =>
        (op, module) switch
        {
            (Conv2d conv, TorchSharp.Modules.Conv2d torchConv) => torch.nn.functional.conv2d(
                x, torchConv.weight.to(x.dtype), torchConv.bias!.to(x.dtype),
                [conv.Stride.Height, conv.Stride.Width], [conv.Padding.Height, conv.Padding.Width]),
            (_, TorchSharp.Modules.Linear linear) =>
                torch.nn.functional.linear(x, linear.weight!.to(x.dtype), linear.bias!.to(x.dtype)),
            _ => module.call(x),
        };

    /// <summary>
    /// Not torch's way to begin but PaddlePaddle's, in which the reference network was first trained: convolutions normal with
    /// variance 2 / fan-in (He et al. 2015), linear layers uniform as by Glorot and Bengio 2010, biases 0. Torch's own
    /// deviation is 1.7 to 2.4 times smaller, and AlexNet has no batch norm to make up for it.
    /// </summary>
    private static void Initialise(torch.nn.Module module)
    {
        switch (module)
        {
            case TorchSharp.Modules.Conv2d conv:
                torch.nn.init.kaiming_normal_(conv.weight, nonlinearity: torch.nn.init.NonlinearityType.ReLU);
                torch.nn.init.zeros_(conv.bias!);
                break;
            case TorchSharp.Modules.Linear linear:
                torch.nn.init.xavier_uniform_(linear.weight);
                torch.nn.init.zeros_(linear.bias!);
                break;
        }
    }

    private static torch.nn.Module<torch.Tensor, torch.Tensor> ModuleOf(Operator op) => op switch
    {
        Conv2d conv => torch.nn.Conv2d(
            conv.InChannels, conv.OutChannels, Pair(conv.KernelSize), Pair(conv.Stride), Pair(conv.Padding)),
        Dropout dropout => torch.nn.Dropout(dropout.P),
        Flatten => torch.nn.Flatten(),
        Linear linear => torch.nn.Linear(linear.InFeatures, linear.OutFeatures),
        MaxPool2d pool => torch.nn.MaxPool2d(
            Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), ceil_mode: pool.CeilMode),
        ReLU => torch.nn.ReLU(),
        Operators.SoftPool2d pool => new Torch.SoftPool2d(
            Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), pool.CeilMode, Weighting(pool.Weights)),
        _ => throw new NotSupportedException($"There is no torch module for {op.GetType().Name}."),
    };

    private static SoftPoolWeighting Weighting(SoftPoolWeights weights) => weights switch
    {
        SoftPoolWeights.PerChannel => SoftPoolWeighting.PerChannel,
        SoftPoolWeights.SharedAcrossChannels => SoftPoolWeighting.SharedAcrossChannels,
        _ => throw new NotSupportedException($"There are no torch weights for {weights}."),
    };

    private static (long, long) Pair(Size2d size) => (size.Height, size.Width);

    private static Preprocessing UnitPreprocessing(ModelGraph graph)
    {
        int channels = graph.InputShape[0];
        return new Preprocessing([.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(1f, channels)]);
    }

    /// <summary>A module that only holds others.</summary>
    private sealed class Group(string name) : torch.nn.Module(name);
}
