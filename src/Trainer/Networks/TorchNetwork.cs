using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SoftPool.Operators;
using SoftPool.Torch;
using SoftPool.Trainer.Distributed;
using SoftPool.Trainer.Training;
using TorchSharp;
using Reduce = SoftPool.Operators.Reduce;
using TorchWeighting = SoftPool.Torch.SoftPoolWeighting;

namespace SoftPool.Trainer.Networks;

/// <summary>
/// A <see cref="ModelGraph"/> as a TorchSharp module that can learn. Its state dictionary has PyTorch's names. Weights
/// begin as He and Glorot propose, from torch.manual_seed.
/// </summary>
internal sealed class TorchNetwork : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    // Operators that are one call of torch have no module.
    private readonly (Operator Operator, torch.nn.Module<torch.Tensor, torch.Tensor>? Module)[] _layers;

    private readonly List<torch.nn.Module> _frozenNorms = [];

    static TorchNetwork() => Nnpack.Ask();

    public TorchNetwork(ModelGraph graph) : base(graph.Name)
    {
        Graph = graph;
        _layers = [.. graph.Layers.Select(layer => (layer.Operator, ModuleOf(layer.Operator)))];
        for (int i = 0; i < _layers.Length; i++)
            if (_layers[i].Module is { } module)
            {
                Initialise(module);
                Register(graph.Layers[i].Name, module);
            }
    }

    /// <summary>What the module was built from.</summary>
    public ModelGraph Graph { get; }

    /// <summary>The type that layers compute in. Weights stay in fp32 and are rounded to it anew at each use; the
    /// outputs are in fp32 again.</summary>
    public torch.ScalarType ComputeType { get; set; } = torch.ScalarType.Float32;

    /// <summary>Where the batch of this process lies in the whole one: dropout draws for the whole, so that several
    /// processes drop what one would.</summary>
    public BatchPart? Part { get; set; }

    /// <summary>Told in the backward pass that the gradients of a layer's parameters and of all layers behind it are
    /// complete; null for nobody. Of the first layer with parameters it is not told.</summary>
    public Action<int>? GradientsReady { get; set; }

    /// <summary>Takes the statistics of batch norms over the batches of all processes; null for each its own.</summary>
    public Communicator? NormsOver { get; set; }

    /// <summary>A batch of inputs (N, C, H, W) to a batch of outputs (N, classes).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        Run([input.to(ComputeType)], static (_, _) => { })[^1].to(torch.float32);

    /// <summary>Batches of all inputs, (N, C, H, W), to batches of all outputs, (N, classes), in the graph's
    /// order.</summary>
    public torch.Tensor[] Outputs(IReadOnlyList<torch.Tensor> inputs)
    {
        torch.Tensor[] layers = Run([.. inputs.Select(input => input.to(ComputeType))], static (_, _) => { });
        return [.. Graph.OutputLayers.Select(layer => layers[layer].to(torch.float32))];
    }

    /// <summary>
    /// The network as it is used: without dropout and without gradients. Hands out what each layer gives, by the
    /// layer's name; the tensor lives until the callback returns.
    /// </summary>
    public void Infer(torch.Tensor input, Action<string, torch.Tensor> layerOutput) => Infer([input], layerOutput);

    /// <summary>The same with any number of inputs, in the graph's order.</summary>
    public void Infer(IReadOnlyList<torch.Tensor> inputs, Action<string, torch.Tensor> layerOutput)
    {
        bool wasTraining = training;
        eval();
        try
        {
            using var scope = torch.NewDisposeScope();
            using IDisposable noGradients = torch.no_grad();
            Run(inputs, layerOutput);
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
        Replace(weights);
    }

    /// <summary>Takes some weights, by the graph's names and in its shapes; the others stay.</summary>
    public void Replace(IReadOnlyDictionary<string, SoftPool.Tensor> weights)
    {
        using var scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        foreach ((string name, torch.Tensor tensor) in ModelTensors())
            if (weights.TryGetValue(name, out SoftPool.Tensor? weight))
                tensor.copy_(torch.tensor(weight.Data.ToArray(), tensor.shape));
    }

    /// <summary>Keeps tensors as they are from now on: parameters get no gradient, and a batch norm with one of its
    /// running statistics among them computes with its statistics in training too.</summary>
    /// <param name="names">Names of the graph's parameters.</param>
    public void Freeze(IReadOnlyCollection<string> names)
    {
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in named_parameters())
            if (names.Contains(name))
                parameter.requires_grad = false;
        for (int i = 0; i < _layers.Length; i++)
            if (_layers[i].Module is TorchSharp.Modules.BatchNorm2d norm
                && (names.Contains($"{Graph.Layers[i].Name}.running_mean")
                    || names.Contains($"{Graph.Layers[i].Name}.running_var")))
                _frozenNorms.Add(norm);
        train(training);
    }

    /// <inheritdoc/>
    public override void train(bool on = true)
    {
        base.train(on);
        foreach (torch.nn.Module norm in _frozenNorms)
            norm.eval();
    }

    /// <summary>A digest of all weights, in hexadecimal digits.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((_, torch.Tensor tensor) in ModelTensors())
            hash.AppendData(MemoryMarshal.AsBytes(TorchTensor.ToTensor(tensor).Data.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The running statistics of batch norms, which are measured and not learned.</summary>
    public IEnumerable<torch.Tensor> RunningStatistics() =>
        ModelTensors().Where(entry => FineTuning.IsStatistic(entry.Name)).Select(entry => entry.Tensor);

    /// <summary>The weights as they are now, copied to the CPU as floats, bound to the graph.</summary>
    /// <param name="classes">The name of each output.</param>
    /// <param name="preprocessing">How the images were prepared in training.</param>
    public Model ToModel(IReadOnlyList<string> classes, Preprocessing preprocessing)
    {
        var weights = ModelTensors().ToDictionary(entry => entry.Name, entry => TorchTensor.ToTensor(entry.Tensor));
        return new Model(Graph, weights, classes, preprocessing);
    }

    /// <summary>The parameters, and the buffers that a model has too: batch norm's running statistics.</summary>
    private IEnumerable<(string Name, torch.Tensor Tensor)> ModelTensors()
    {
        Dictionary<string, torch.Tensor> all = state_dict();
        return Graph.Parameters.Select(parameter => (parameter.Name, all[parameter.Name]));
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

    /// <summary>Gives the output of each layer.</summary>
    private torch.Tensor[] Run(IReadOnlyList<torch.Tensor> inputs, Action<string, torch.Tensor> layerOutput)
    {
        var outputs = new torch.Tensor[_layers.Length];
        for (int i = 0; i < _layers.Length; i++)
        {
            torch.Tensor[] x = [.. Graph.InputsOf(i).Select(place => place < 0 ? inputs[~place] : outputs[place])];
            // Backward goes through the layers in the reverse order of forward.
            if (GradientsReady is { } ready && _layers[i].Module is not null && x[0].requires_grad)
                x[0] = GradientMarker.Of(x[0], i, ready);
            outputs[i] = (_layers[i].Operator, _layers[i].Module) switch
            {
                (Dropout { P: > 0 } dropout, { training: true }) when Part is { } part => Drop(dropout, x[0], part),
                (_, TorchSharp.Modules.BatchNorm2d { training: true } norm) when NormsOver is { } processes =>
                    SynchronizedNorm.Apply(norm, x[0], processes),
                var (layer, module) => Apply(layer, module, x),
            };
            layerOutput(Graph.Layers[i].Name, outputs[i]);
        }
        return outputs;
    }

    /// <summary>What torch's dropout drops, of the items of a part: torch draws its mask in the order of the
    /// memory.</summary>
    private static torch.Tensor Drop(Dropout dropout, torch.Tensor x, BatchPart part)
    {
        using Scalar kept = 1 - dropout.P;
        long[] shape = [part.Whole, .. x.shape[1..]];
        bool channelsLast = x.dim() == 4 && x.stride(1) == 1;
        torch.Tensor mask = channelsLast
            ? torch.empty([shape[0], shape[2], shape[3], shape[1]], x.dtype, x.device).permute(0, 3, 1, 2)
            : torch.empty(shape, x.dtype, x.device);
        mask.bernoulli_(1 - dropout.P).div_(kept);
        return x.mul(mask.narrow(0, part.First, part.Count));
    }

    private static torch.Tensor Apply(
        Operator op, torch.nn.Module<torch.Tensor, torch.Tensor>? module, torch.Tensor[] inputs)
    {
        torch.Tensor x = inputs[0];
        return (op, module) switch
        {
            (Conv2d conv, TorchSharp.Modules.Conv2d torchConv) => torch.nn.functional.conv2d(
                x, torchConv.weight.to(x.dtype), torchConv.bias?.to(x.dtype), [conv.Stride.Height, conv.Stride.Width],
                [conv.Padding.Height, conv.Padding.Width], [conv.Dilation.Height, conv.Dilation.Width], conv.Groups),
            (Conv3d conv, TorchSharp.Modules.Conv3d conv3d) => torch.nn.functional.conv3d(
                x, conv3d.weight.to(x.dtype), conv3d.bias?.to(x.dtype), Sizes(conv.Stride), Sizes(conv.Padding),
                Sizes(conv.Dilation), conv.Groups),
            (ConvTranspose2d conv, TorchSharp.Modules.ConvTranspose2d module2d) => torch.nn.functional.conv_transpose2d(
                x, module2d.weight!.to(x.dtype), module2d.bias?.to(x.dtype), [conv.Stride.Height, conv.Stride.Width],
                [conv.Padding.Height, conv.Padding.Width], [conv.OutputPadding.Height, conv.OutputPadding.Width],
                [conv.Dilation.Height, conv.Dilation.Width], conv.Groups),
            (Linear, TorchSharp.Modules.Linear linear) =>
                torch.nn.functional.linear(x, linear.weight!.to(x.dtype), linear.bias?.to(x.dtype)),
            (LeakyReLU leaky, _) => Apply(leaky, x),
            (ELU elu, _) => Apply(elu, x),
            (LocalResponseNorm norm, _) => Apply(norm, x),
            (Abs, _) => x.abs(),
            (Ceil, _) => x.ceil(),
            (CELU celu, _) => Apply(celu, x),
            (Erf, _) => x.erf(),
            (Exp, _) => x.exp(),
            (Floor, _) => x.floor(),
            (Log, _) => x.log(),
            (Reciprocal, _) => x.reciprocal(),
            (Round, _) => x.round(),
            (Sqrt, _) => x.sqrt(),
            (Hardtanh tanh, _) => Apply(tanh, x),
            (SELU, _) => x.selu(),
            (Mish, _) => x.mul(Softplus(x).tanh()),
            (Operators.Softplus, _) => Softplus(x),
            (Softsign, _) => x.div(x.abs().add(Scalars.One, Scalars.One)),
            (Reshape reshape, _) => x.reshape(
                [x.shape[0], .. reshape.Shape.Extents.ToArray().Select(extent => (long)extent)]),
            (Permute permute, _) => x.permute([0, .. permute.Dims.Select(dim => (long)dim)]),
            (Upsample upsample, _) => TorchUpsample.Apply(upsample, x),
            (Slice slice, _) => Apply(slice, x),
            (Reduce reduce, _) => TorchReduce.Apply(reduce, x),
            (Normalize normalize, _) => TorchReduce.Apply(normalize, x),
            (ArgReduction selection, _) => TorchSelection.Apply(selection, x),
            (TopKSelection selection, _) => TorchSelection.Apply(selection, x),
            (Add, _) => x.add(inputs[1], Scalars.One),
            (Subtract, _) => x.sub(inputs[1]),
            (Multiply, _) => x * inputs[1],
            (Divide, _) => x.div(inputs[1]),
            (Maximum, _) => x.maximum(inputs[1]),
            (Minimum, _) => x.minimum(inputs[1]),
            (Pow, _) => x.pow(inputs[1]),
            (Comparison comparison, _) => Apply(comparison, x, inputs[1]).to(x.dtype),
            (Where, _) => torch.where(x.to(torch.ScalarType.Bool), inputs[1], inputs[2]),
            (Expand expand, _) => x.expand([x.shape[0], .. Extents(expand.Shape)]),
            (Sign, _) => x.sign(),
            (Sin, _) => x.sin(),
            (Cos, _) => x.cos(),
            (Tan, _) => x.tan(),
            (LogicalNot, _) => x.logical_not().to(x.dtype),
            (IsNaN, _) => x.isnan().to(x.dtype),
            (IsInf, _) => x.isinf().to(x.dtype),
            (Operators.Threshold threshold, _) => Apply(threshold, x),
            (MatMul, _) => x.matmul(inputs[1]),
            (Concat concat, _) => torch.cat(inputs, concat.Dim),
            (IndexSelect select, _) => x.index_select(
                select.Dim, torch.tensor(select.Index.Select(place => (long)place).ToArray()).to(x.device)),
            (ConstantPad pad, _) => Apply(pad, x),
            (GlobalAvgPool, _) => x.mean(
                [.. Enumerable.Range(2, (int)x.dim() - 2).Select(axis => (long)axis)], keepdim: true),
            _ => module!.call(x),
        };
    }

    private static torch.Tensor Apply(Comparison comparison, torch.Tensor left, torch.Tensor right) => comparison switch
    {
        Equal => left.eq(right),
        Greater => left.gt(right),
        GreaterEqual => left.ge(right),
        Less => left.lt(right),
        LessEqual => left.le(right),
        LogicalAnd => left.logical_and(right),
        LogicalOr => left.logical_or(right),
        LogicalXor => left.logical_xor(right),
        _ => throw new NotSupportedException($"There is no torch function for {comparison.GetType().Name}."),
    };

    /// <summary>Not torch.nn.Threshold, for the same reason as LeakyReLU.</summary>
    private static torch.Tensor Apply(Operators.Threshold threshold, torch.Tensor x)
    {
        using Scalar limit = threshold.Limit, value = threshold.Value;
        return x.masked_fill(x.le(limit), value);
    }

    /// <summary>Not torch.nn.functional.pad, for the same reason as LeakyReLU.</summary>
    private static torch.Tensor Apply(ConstantPad pad, torch.Tensor x)
    {
        using Scalar fill = pad.Fill;
        return torch.cat([Filled(pad.Before), x, Filled(pad.After)], pad.Dim);

        torch.Tensor Filled(int places)
        {
            long[] shape = [.. x.shape];
            shape[pad.Dim] = places;
            return torch.full(shape, fill, x.dtype, x.device);
        }
    }

    private static long[] Extents(TensorShape shape) => [.. shape.Extents.ToArray().Select(extent => (long)extent)];

    /// <summary>Not torch.nn.LeakyReLU: it makes its scalar anew for each call (see <see cref="Scalars"/>).</summary>
    private static torch.Tensor Apply(LeakyReLU leaky, torch.Tensor x)
    {
        using Scalar slope = leaky.NegativeSlope;
        return x.leaky_relu(slope);
    }

    /// <summary>Not torch.nn.ELU, for the same reason.</summary>
    private static torch.Tensor Apply(ELU elu, torch.Tensor x)
    {
        using Scalar alpha = elu.Alpha;
        return x.elu(alpha, Scalars.One, Scalars.One);
    }

    private static torch.Tensor Apply(CELU celu, torch.Tensor x)
    {
        using Scalar alpha = celu.Alpha;
        return x.celu(alpha);
    }

    private static torch.Tensor Apply(Hardtanh tanh, torch.Tensor x)
    {
        using Scalar least = tanh.MinVal, largest = tanh.MaxVal;
        return x.clamp(least, largest);
    }

    /// <summary>Not torch.nn.Softplus, for the same reason; log(e^x + e^0) has its gradient too.</summary>
    private static torch.Tensor Softplus(torch.Tensor x) => torch.logaddexp(x, torch.zeros_like(x));

    /// <summary>Not torch.nn.LocalResponseNorm, for the same reason. The mean over channels is one over the rows of
    /// (N, 1, C, ...).</summary>
    private static torch.Tensor Apply(LocalResponseNorm norm, torch.Tensor x)
    {
        using Scalar alpha = norm.Alpha, k = norm.K, beta = norm.Beta;
        torch.Tensor squares = x.mul(x).reshape(x.shape[0], 1, x.shape[1], -1);
        torch.Tensor means = torch.nn.functional.avg_pool2d(squares, [norm.Size, 1], [1, 1], [norm.Size / 2, 0]);
        return x.div(means.reshape(x.shape).mul(alpha).add(k, Scalars.One).pow(beta));
    }

    private static torch.Tensor Apply(Slice slice, torch.Tensor x)
    {
        long[] places = [.. Enumerable.Range(0, slice.Length).Select(place => slice.Start + (long)place * slice.Step)];
        return x.index_select(slice.Dim, torch.tensor(places).to(x.device));
    }

    /// <summary>
    /// Not torch's way to begin but PaddlePaddle's, in which the reference network was first trained: convolutions
    /// normal with variance 2 / fan-in (He et al. 2015), linear layers uniform as by Glorot and Bengio 2010, biases 0.
    /// Torch's own deviation is 1.7 to 2.4 times smaller, and AlexNet has no batch norm to make up for it.
    /// </summary>
    private static void Initialise(torch.nn.Module module)
    {
        switch (module)
        {
            case TorchSharp.Modules.Conv2d conv:
                torch.nn.init.kaiming_normal_(conv.weight, nonlinearity: torch.nn.init.NonlinearityType.ReLU);
                if (conv.bias is not null)
                    torch.nn.init.zeros_(conv.bias);
                break;
            case TorchSharp.Modules.Conv3d conv:
                torch.nn.init.kaiming_normal_(conv.weight, nonlinearity: torch.nn.init.NonlinearityType.ReLU);
                if (conv.bias is not null)
                    torch.nn.init.zeros_(conv.bias);
                break;
            case TorchSharp.Modules.ConvTranspose2d conv:
                torch.nn.init.kaiming_normal_(conv.weight, nonlinearity: torch.nn.init.NonlinearityType.ReLU);
                if (conv.bias is not null)
                    torch.nn.init.zeros_(conv.bias);
                break;
            case TorchSharp.Modules.Linear linear:
                torch.nn.init.xavier_uniform_(linear.weight);
                if (linear.bias is not null)
                    torch.nn.init.zeros_(linear.bias);
                break;
        }
    }

    private static torch.nn.Module<torch.Tensor, torch.Tensor>? ModuleOf(Operator op) => op switch
    {
        Concat or GlobalAvgPool or LeakyReLU or ELU or Erf or LocalResponseNorm => null,
        Abs or Ceil or Exp or Floor or Log or Reciprocal or Round or Sqrt => null,
        CELU or Hardtanh or Mish or SELU or Operators.Softplus or Softsign => null,
        ArgReduction or Normalize or TopKSelection => null,
        MatMul or Permute or Reduce or Reshape or Slice or Upsample => null,
        ConstantPad or IndexSelect => null,
        Elementwise or Where or Expand or Sign or Sin or Cos or Tan
            or LogicalNot or IsNaN or IsInf or Operators.Threshold => null,
        AvgPool1d pool => torch.nn.AvgPool1d(
            pool.KernelSize, pool.Stride, pool.Padding, pool.CeilMode, pool.CountIncludePad),
        AvgPool2d pool => torch.nn.AvgPool2d(
            Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), pool.CeilMode, pool.CountIncludePad),
        AvgPool3d pool => torch.nn.AvgPool3d(
            Triple(pool.KernelSize), Triple(pool.Stride), Triple(pool.Padding), pool.CeilMode, pool.CountIncludePad),
        BatchNorm2d norm => torch.nn.BatchNorm2d(norm.NumFeatures, norm.Eps),
        ChannelShuffle shuffle => torch.nn.ChannelShuffle(shuffle.Groups),
        ConstantTensor constant => new TorchConstant(Extents(constant.Shape)),
        Conv2d conv => torch.nn.Conv2d(
            conv.InChannels, conv.OutChannels, Pair(conv.KernelSize), Pair(conv.Stride), Pair(conv.Padding),
            Pair(conv.Dilation), groups: conv.Groups, bias: conv.Bias),
        Conv3d conv => torch.nn.Conv3d(
            conv.InChannels, conv.OutChannels, Triple(conv.KernelSize), Triple(conv.Stride), Triple(conv.Padding),
            Triple(conv.Dilation), groups: conv.Groups, bias: conv.Bias),
        ConvTranspose2d conv => torch.nn.ConvTranspose2d(
            conv.InChannels, conv.OutChannels, Pair(conv.KernelSize), Pair(conv.Stride), Pair(conv.Padding),
            Pair(conv.OutputPadding), Pair(conv.Dilation), groups: conv.Groups, bias: conv.Bias),
        Dropout dropout => torch.nn.Dropout(dropout.P),
        Flatten => torch.nn.Flatten(),
        GELU { Approximate: GeluApproximation.Tanh } => torch.nn.GELU(TorchSharp.Modules.GELU.Approximate.tanh),
        GELU => torch.nn.GELU(),
        Operators.GlobalSoftPool pool => new Torch.GlobalSoftPool(Weighting(pool.Weights)),
        GroupNorm norm => torch.nn.GroupNorm(norm.NumGroups, norm.NumChannels, norm.Eps, norm.Affine),
        LayerNorm norm => torch.nn.LayerNorm(
            [.. norm.NormalizedShape.Extents.ToArray().Select(extent => (long)extent)], norm.Eps,
            norm.ElementwiseAffine),
        LogSoftmax softmax => torch.nn.LogSoftmax(softmax.Dim),
        Linear linear => torch.nn.Linear(linear.InFeatures, linear.OutFeatures, linear.Bias),
        MaxPool1d pool => torch.nn.MaxPool1d(pool.KernelSize, pool.Stride, pool.Padding, ceil_mode: pool.CeilMode),
        MaxPool2d pool => torch.nn.MaxPool2d(
            Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), ceil_mode: pool.CeilMode),
        MaxPool3d pool => torch.nn.MaxPool3d(
            Triple(pool.KernelSize), Triple(pool.Stride), Triple(pool.Padding), ceil_mode: pool.CeilMode),
        Hardsigmoid => torch.nn.Hardsigmoid(),
        Hardswish => torch.nn.Hardswish(),
        PixelShuffle shuffle => torch.nn.PixelShuffle(shuffle.UpscaleFactor),
        PixelUnshuffle shuffle => torch.nn.PixelUnshuffle(shuffle.DownscaleFactor),
        ReflectionPad2d pad => torch.nn.ReflectionPad2d((pad.Left, pad.Right, pad.Top, pad.Bottom)),
        ReplicationPad2d pad => torch.nn.ReplicationPad2d((pad.Left, pad.Right, pad.Top, pad.Bottom)),
        PReLU prelu => new TorchPReLU(prelu.NumParameters),
        ReLU => torch.nn.ReLU(),
        ReLU6 => torch.nn.ReLU6(),
        Sigmoid => torch.nn.Sigmoid(),
        SiLU => torch.nn.SiLU(),
        Softmax softmax => torch.nn.Softmax(softmax.Dim),
        Tanh => torch.nn.Tanh(),
        ZeroPad2d pad => torch.nn.ZeroPad2d((pad.Left, pad.Right, pad.Top, pad.Bottom)),
        Operators.SoftPool1d pool => new Torch.SoftPool1d(
            pool.KernelSize, pool.Stride, pool.Padding, pool.CeilMode, Weighting(pool.Weights)),
        Operators.SoftPool2d pool => new Torch.SoftPool2d(
            Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), pool.CeilMode, Weighting(pool.Weights)),
        Operators.SoftPool3d pool => new Torch.SoftPool3d(
            Triple(pool.KernelSize), Triple(pool.Stride), Triple(pool.Padding), pool.CeilMode, Weighting(pool.Weights)),
        _ => throw new NotSupportedException($"There is no torch module for {op.GetType().Name}."),
    };

    private static TorchWeighting Weighting(Operators.SoftPoolWeighting weights) => weights switch
    {
        Operators.SoftPoolWeighting.PerChannel => TorchWeighting.PerChannel,
        Operators.SoftPoolWeighting.SharedAcrossChannels => TorchWeighting.SharedAcrossChannels,
        _ => throw new NotSupportedException($"There are no torch weights for {weights}."),
    };

    private static (long, long) Pair(Size2d size) => (size.Height, size.Width);

    private static (long, long, long) Triple(Size3d size) => (size.Depth, size.Height, size.Width);

    private static long[] Sizes(Size3d size) => [size.Depth, size.Height, size.Width];

    private static Preprocessing UnitPreprocessing(ModelGraph graph)
    {
        int channels = graph.Inputs[0].Shape[0];
        return new Preprocessing([.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(1f, channels)]);
    }

    /// <summary>A module that only holds others.</summary>
    private sealed class Group(string name) : torch.nn.Module(name);
}
