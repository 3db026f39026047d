using SoftPool.Torch.Export;
using SoftPool.Torch.Export.Converters;
using SoftPool.Torch.Modules;
using TorchSharp;
using static TorchSharp.torch.nn;
using Nn = TorchSharp.Modules;
using T = TorchSharp.torch.Tensor;

namespace SoftPool.Torch.Tests.Export;

/// <summary>Each module with each of its arguments: what it becomes computes the same, or it is refused. The export
/// itself compares, with the plain C# reference, and so with numbers that torch has no part in.</summary>
[TestClass]
public sealed class ModuleConverterTests
{
    private static readonly long[] Vector = [5], Line = [6, 11], Map = [6, 9, 8], Volume = [4, 5, 6, 7];

    /// <summary>Makes a module of one input; the shape of an item of it.</summary>
    private static IEnumerable<(Func<Module<T, T>> Create, long[] Shape)> Modules =>
    [
        (() => CELU(0.7), Map), (() => ELU(1.3), Map), (() => GELU(), Map),
        (() => GELU(Nn.GELU.Approximate.tanh), Map), (() => Hardsigmoid(), Map), (() => Hardswish(), Map),
        (() => Hardtanh(-0.5, 1.5), Map), (() => LeakyReLU(0.2), Map),
        (() => LogSoftmax(1), Vector), (() => LogSoftmax(-2), Map), (() => Mish(), Map), (() => PReLU(1), Map),
        (() => PReLU(6), Map), (() => ReLU(inplace: true), Vector), (() => ReLU6(), Map),
        (() => RReLU(0.1, 0.5), Map), (() => SELU(), Map), (() => Sigmoid(), Line), (() => SiLU(), Map),
        (() => Softmax(1), Vector), (() => Softmax(-1), Map), (() => Softmax(2), Map), (() => Softmax2d(), Map),
        (() => Softplus(), Map), (() => Softplus(threshold: 30), Map), (() => Softsign(), Map), (() => Tanh(), Map),
        (() => Threshold(0.3, -2.5), Map),

        (() => Conv1d(6, 4, 3, stride: 2, padding: 2, dilation: 2, groups: 2), Line),
        (() => Conv1d(6, 4, 4, bias: false), Line),
        (() => Conv1d(6, 4, 5, padding: Padding.Same), Line),
        (() => Conv2d(6, 4, (3, 2), (2, 1), (1, 2), (2, 1), groups: 2), Map),
        (() => Conv2d(6, 4, 3, padding: Padding.Same, dilation: 2), Map),
        (() => Conv2d(6, 4, 3, padding: Padding.Valid, bias: false), Map),
        (() => Conv3d(4, 6, (3, 2, 3), (2, 1, 1), (1, 0, 2), (1, 2, 1), groups: 2), Volume),
        (() => Conv3d(4, 3, 3, padding: Padding.Same, dilation: 2, bias: false), Volume),
        (() => ConvTranspose1d(6, 4, 3, stride: 2, padding: 1, output_padding: 1), Line),
        (() => ConvTranspose2d(6, 4, (3, 2), (2, 3), (1, 0), (1, 2), (2, 1), groups: 2, bias: false), Map),
        (() => Linear(5, 3), Vector), (() => Linear(11, 3, hasBias: false), Line), (() => Linear(8, 3), Map),

        (() => Seen(BatchNorm1d(5), Vector), Vector), (() => Seen(BatchNorm1d(6, eps: 1e-3), Line), Line),
        (() => Seen(BatchNorm2d(6), Map), Map), (() => Seen(BatchNorm2d(6, affine: false), Map), Map),
        (() => Seen(BatchNorm3d(4), Volume), Volume),
        (() => Seen(GroupNorm(3, 6, eps: 1e-3), Map), Map), (() => GroupNorm(2, 4, affine: false), Volume),
        (() => Seen(GroupNorm(2, 6), Line), Line), (() => InstanceNorm1d(6), Line),
        (() => Seen(InstanceNorm2d(6, 1e-3, affine: true), Map), Map),
        (() => Seen(InstanceNorm2d(6, track_running_stats: true), Map), Map), (() => InstanceNorm3d(4), Volume),
        (() => LayerNorm(8), Map), (() => LayerNorm([9, 8], eps: 1e-3), Map),
        (() => LayerNorm(5, elementwise_affine: false), Vector), (() => LayerNorm([5], bias: false), Vector),
        (() => LocalResponseNorm(3, 0.01, 0.75, 2), Map),

        (() => AdaptiveAvgPool1d(1), Line), (() => AdaptiveAvgPool2d(1), Map), (() => AdaptiveAvgPool3d(1), Volume),
        (() => AdaptiveAvgPool1d(11), Line), (() => AdaptiveAvgPool2d([3, 2]), Map),
        (() => AdaptiveAvgPool3d([5, 2, 7]), Volume),
        (() => AdaptiveMaxPool1d(1), Line), (() => AdaptiveMaxPool2d([3, 4]), Map),
        (() => AvgPool1d(3), Line), (() => AvgPool1d(3, 2, 1, true, false), Line),
        (() => AvgPool2d(3), Map), (() => AvgPool2d((3, 2), (2, 1), (1, 0), true, false), Map),
        (() => AvgPool3d(2), Volume), (() => AvgPool3d((2, 3, 2), (1, 2, 2), (1, 1, 0), true, false), Volume),
        (() => MaxPool1d(3), Line), (() => MaxPool1d(3, 2, 1, ceil_mode: true), Line),
        (() => MaxPool2d(3), Map), (() => MaxPool2d((3, 2), (2, 1), (1, 0), ceil_mode: true), Map),
        (() => MaxPool3d(2), Volume), (() => MaxPool3d((2, 3, 2), (1, 2, 2), (1, 1, 0), ceil_mode: true), Volume),
        (() => new GlobalSoftPool(), Map), (() => new GlobalSoftPool(SoftPoolWeighting.SharedAcrossChannels), Line),
        (() => new SoftPool1d(3), Line),
        (() => new SoftPool1d(3, 2, 1, true, SoftPoolWeighting.SharedAcrossChannels), Line),
        (() => new SoftPool2d(3), Map),
        (() => new SoftPool2d((3, 2), (2, 1), (1, 0), true, SoftPoolWeighting.SharedAcrossChannels), Map),
        (() => new SoftPool3d(2), Volume),
        (() => new SoftPool3d(
            (2, 3, 2), (1, 2, 2), (1, 1, 0), true, SoftPoolWeighting.SharedAcrossChannels), Volume),

        (() => AlphaDropout(0.5), Map), (() => ChannelShuffle(3), Map), (() => ConstantPad1d((1, 2), 0), Line),
        (() => ConstantPad1d((1, 2), -0.5), Line), (() => ConstantPad2d((0, 0, 3, 1), 0.5), Map),
        (() => ConstantPad3d((1, 2, 3, 0, 0, 0), 0), Volume), (() => ConstantPad3d((0, 0, 0, 0, 2, 1), 0.5), Volume),
        (() => ConstantPad3d((0, 0, 0, 0, 1, 0), 0), Volume), (() => ConstantPad2d((1, 2, 3, 0), 0), Map),
        (() => Dropout(0.5), Map), (() => Dropout1d(0.5), Line),
        (() => Dropout2d(0.5, inplace: true), Map), (() => Dropout3d(0.5), Volume),
        (() => FeatureAlphaDropout(0.5), Map), (() => Flatten(), Map), (() => Flatten(2), Map),
        (() => Flatten(1, 2), Map), (() => Unflatten(1, [2, 3]), Map), (() => Unflatten(3, [4, 2]), Map),
        (() => PixelShuffle(2), [8, 3, 5]), (() => PixelUnshuffle(2), [2, 4, 6]),
        (() => ReflectionPad1d((3, 2)), Line), (() => ReflectionPad2d((3, 2, 0, 1)), Map),
        (() => ReflectionPad3d((3, 2, 0, 1, 0, 0)), Volume), (() => ReplicationPad3d((3, 2, 0, 1, 0, 0)), Volume),
        (() => ReflectionPad2d(2), Map), (() => ReplicationPad1d(3), Line), (() => ReplicationPad2d((3, 2, 0, 1)), Map),
        (() => ZeroPad2d((1, 2, 3, 0)), Map), (() => ZeroPad2d(2), Map),
        (() => Upsample(scale_factor: [2.5]), Line),
        (() => Upsample(scale_factor: [1.7], mode: torch.UpsampleMode.Linear, align_corners: false), Line),
        (() => Upsample(size: [5], mode: torch.UpsampleMode.Linear, align_corners: true), Line),
        (() => Upsample(scale_factor: [2, 3]), Map), (() => Upsample(size: [7, 20]), Map),
        (() => Upsample(scale_factor: [1.7, 0.6], mode: torch.UpsampleMode.Bilinear, align_corners: false), Map),
        (() => Upsample(size: [12, 5], mode: torch.UpsampleMode.Bilinear, align_corners: true), Map),
        (() => Upsample(
            scale_factor: [1.7, 1.6], mode: torch.UpsampleMode.Bicubic, align_corners: false,
            recompute_scale_factor: true), Map),
        (() => new Reshape(-1, 4), Map), (() => new Reshape(2, 3, 72), Map), (() => new Permute(3, 1, 2), Map),
    ];

    private static IEnumerable<(Module<T, T, T> Module, long[] First, long[] Second)> Pairs =>
    [
        (new Add(), Map, Map), (new Add(), [6, 1, 1], Map), (new Add(), Map, [1, 9, 8]), (new Subtract(), Map, Map),
        (new Subtract(), Map, [6, 1, 1]), (new Multiply(), Vector, Vector), (new Multiply(), Map, [6, 1, 1]),
        (new Multiply(), [1, 9, 8], Map), (new MatMul(), [3, 4, 5], [3, 5, 2]),
        (new Interpolate(), Map, [2, 12, 5]),
        (new Interpolate(torch.InterpolationMode.Bilinear, align_corners: true), Map, [2, 12, 5]),
        (new Interpolate(torch.InterpolationMode.Bicubic, align_corners: false), Map, [2, 5, 12]),
    ];

    /// <summary>What is refused, and why.</summary>
    private static IEnumerable<(Func<Module<T, T>> Create, long[] Shape, string Refusal)> Refused =>
    [
        (() => Conv1d(6, 4, 3, padding: 1, padding_mode: PaddingModes.Circular), Line, "has the padding mode Circular"),
        (() => Conv2d(6, 4, (2, 3), padding: Padding.Same), Map, "has the padding Same with a kernel of 2x3"),
        (() => Conv3d(4, 2, (2, 3, 3), padding: Padding.Same), Volume, "has the padding Same with a kernel of 2x3x3"),
        (() => ConvTranspose3d(4, 2, 3), Volume, "has no operator in the runtime"),
        (() => InstanceNorm3d(4, eps: 0), Volume, "does not fit its operator: GroupNorm takes"),
        (() => BatchNorm2d(6, track_running_stats: false), Map, "has no running statistics"),
        (() => MaxPool1d(3, dilation: 2), Line, "has a dilation"),
        (() => MaxPool3d((2, 2, 2), dilation: (1, 1, 2)), Volume, "has a dilation"),
        (() => AvgPool2d(3, divisor_override: 5), Map, "has a divisor_override"),
        (() => AvgPool3d(2, divisor_override: 5), Volume, "has a divisor_override"),
        (() => AdaptiveAvgPool2d([4, 2]), Map, "makes 6x4x2 of 6x9x8 by windows of different sizes"),
        (() => AdaptiveMaxPool1d(4), Line, "makes 6x4 of 6x11 by windows of different sizes"),
        (() => Softmax(0), Vector, "goes along the batch"),
        (() => Softplus(beta: 2), Map, "has a beta other than 1"),
        (() => Softplus(threshold: 3), Map, "has a threshold below 20"),
        (() => Flatten(0), Map, "flattens the batch too"),
        (() => ConstantPad2d(1, 0.5), Map, "pads several axes, and not height and width with 0"),
        (() => ConstantPad3d(1, 0), Volume, "pads several axes, and not height and width with 0"),
        (() => ReflectionPad3d(1), Volume, "pads the depth"), (() => ReplicationPad3d(1), Volume, "pads the depth"),
        (() => ZeroPad2d((-1, 0, 0, 0)), Map, "does not fit its operator"),
        (() => Upsample(scale_factor: [2, 2, 2], mode: torch.UpsampleMode.Trilinear, align_corners: false), Volume,
            "resizes 4x5x6x7, which is neither (C, L) nor (C, H, W)"),
        (() => LocalResponseNorm(4), Map, "does not fit its operator: LocalResponseNorm takes an odd size"),
        (() => LogSoftmax(0), Vector, "goes along the batch"),
        (() => Threshold(double.PositiveInfinity, 0), Vector, "does not fit its operator: Threshold takes"),
        (() => Softmin(1), Vector, "has no operator in the runtime"),
    ];

    [TestMethod]
    public void Each_module_computes_the_same_as_its_layer()
    {
        torch.manual_seed(5);
        var failures = new List<string>();
        foreach ((Func<Module<T, T>> create, long[] shape) in Modules)
        {
            using var scope = torch.NewDisposeScope();
            using Module<T, T> module = create();
            using var network = new Behind(module);
            try
            {
                Model model = ModelExport.FromModule(network, torch.randn([2, .. shape]));
                CollectionAssert.IsSubsetOf(model.Weights.Keys.ToArray(), AllKeys(network));
            }
            catch (Exception e)
            {
                failures.Add($"{module.GetName()}: {e.Message}");
            }
        }
        Assert.IsEmpty(failures, string.Join('\n', failures));
    }

    [TestMethod]
    public void Each_module_of_two_inputs_computes_the_same_as_its_layer()
    {
        torch.manual_seed(6);
        foreach ((Module<T, T, T> module, long[] first, long[] second) in Pairs)
        {
            using var scope = torch.NewDisposeScope();
            using var network = new TwoShapes(module, first, second);
            ModelExport.FromModule(network, torch.randn([2, TwoShapes.Elements]));
        }
    }

    [TestMethod]
    public void What_has_no_layer_is_refused_by_its_argument()
    {
        foreach ((Func<Module<T, T>> create, long[] shape, string refusal) in Refused)
        {
            using var scope = torch.NewDisposeScope();
            using Module<T, T> module = create();
            using var network = new Behind(module);
            UnsupportedModuleException e = Assert.ThrowsExactly<UnsupportedModuleException>(
                () => ModelExport.FromModule(network, torch.randn([2, .. shape])), refusal);
            StringAssert.Contains(e.Message, $"'it' ({module.GetType().Name}) {refusal}");
        }
    }

    [TestMethod]
    public void Each_module_of_the_table_has_a_case()
    {
        Type[] cases =
        [
            .. Modules.Select(each => each.Create().GetType()), .. Pairs.Select(each => each.Module.GetType()),
            typeof(Nn.Identity), typeof(Concat), // in the networks of ModuleExportTests
        ];
        CollectionAssert.AreEquivalent(ConverterTable.All.Types.ToArray(), cases.Distinct().ToArray());
    }

    /// <summary>The tables of docs/torchsharp.md name the modules that are converted, and all others that TorchSharp has
    /// but losses and those that hold modules.</summary>
    [TestMethod]
    public void The_documented_modules_are_those_of_the_table()
    {
        string document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "torchsharp.md"));
        string[] sections = document[document.IndexOf("## Modules\n", StringComparison.Ordinal)..]
            .Split("## Modules without a layer");
        Assert.HasCount(2, sections);
        string[] rows = [.. sections[0].Split('\n').Where(line => line.StartsWith('|')).Skip(2)];
        Assert.IsNotEmpty(rows);
        AssertNamed([.. ConverterTable.All.Types], rows.SelectMany(row => Names(row.Split('|')[1])));
        Type[] others =
        [
            .. typeof(Nn.Linear).Assembly.GetExportedTypes().Where(type =>
                type is { Namespace: "TorchSharp.Modules", IsAbstract: false, IsGenericType: false }
                && typeof(Module).IsAssignableFrom(type) && !type.Name.EndsWith("Loss", StringComparison.Ordinal)
                && type != typeof(Nn.Sequential) && type != typeof(Nn.ParameterList)
                && type != typeof(Nn.ParameterDict)).Except(ConverterTable.All.Types),
        ];
        string[] lines = [.. sections[1].Split('\n').Where(line => line.StartsWith('|')).Skip(2)];
        AssertNamed(others, lines.SelectMany(row => Names(row.Split('|')[1])));

        // "Conv1d, 2d" is Conv1d and Conv2d.
        static IEnumerable<string> Names(string cell)
        {
            string last = "";
            foreach (string name in cell.Split(',', StringSplitOptions.TrimEntries))
                yield return last = name is [>= '1' and <= '3', 'd'] ? last[..^2] + name : name;
        }

        static void AssertNamed(IReadOnlyCollection<Type> types, IEnumerable<string> names) => Assert.AreEqual(
            string.Join('\n', types.Select(type => type.Name).Order()), string.Join('\n', names.Order()));
    }

    /// <summary>What a norm of batches has learned of some.</summary>
    private static Module<T, T> Seen(Module<T, T> norm, long[] shape)
    {
        using IDisposable noGradients = torch.no_grad();
        foreach ((_, Nn.Parameter parameter) in norm.named_parameters())
            torch.nn.init.uniform_(parameter, 0.5, 1.5);
        norm.train();
        norm.call(torch.randn([16, .. shape])).Dispose();
        return norm;
    }

    private static string[] AllKeys(Behind network) => [.. network.state_dict().Keys, "it.weight", "it.bias"];

    /// <summary>A module behind another, which is no Sequential: that disposes what some modules give, because in
    /// evaluation mode they give their input.</summary>
    private sealed class Behind : Module<T, T>
    {
        private readonly Module<T, T> before = Sigmoid(), it;

        public Behind(Module<T, T> module) : base(nameof(Behind))
        {
            it = module;
            RegisterComponents();
        }

        public override T forward(T x) => it.call(before.call(x));
    }

    /// <summary>Makes two tensors of one input, by modules.</summary>
    private sealed class TwoShapes : Module<T, T>
    {
        public const long Elements = 7;

        private readonly Module<T, T> left, right, first, second;
        private readonly Module<T, T, T> it;

        public TwoShapes(Module<T, T, T> module, long[] shape1, long[] shape2) : base(nameof(TwoShapes))
        {
            it = module;
            left = Linear(Elements, shape1.Aggregate(1L, (product, extent) => product * extent));
            right = Linear(Elements, shape2.Aggregate(1L, (product, extent) => product * extent));
            first = new Reshape(shape1);
            second = new Reshape(shape2);
            RegisterComponents();
        }

        public override T forward(T x) => it.call(first.call(left.call(x)), second.call(right.call(x)));
    }
}
