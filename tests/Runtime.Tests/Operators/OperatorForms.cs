using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Operators.Convolutions.Cpu;
using SoftPool.Operators.Convolutions.Gpu;
using SoftPool.Operators.Linears;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>What makes the kernels of an operator come in all their forms: for texels and for storage buffers, by tiles
/// and not, each variant of a convolution, each kernel of a linear layer.</summary>
internal static class OperatorForms
{
    private static readonly VariantChoice NoTiles =
        Without("maxpool_tile", "avgpool_tile", "softpool_tile", "softpool_shared_tile", "softpool_shared_weights");
    private static readonly VariantChoice NoChains = Without(PointwiseChain.Kernel);

    // A convolution of more products comes in few forms: software drivers take minutes for all variants of the largest,
    // which read no edge that the small ones have not. Winograd's takes no small one.
    private const long MostProducts = 2_000_000;

    // The output channels of the largest tile of a product of matrices.
    private const int LargestTile = 128;

    /// <summary>SOFTPOOL_FORMS: "all", "chosen", or nothing. Drivers on CPUs take minutes to compile all
    /// forms.</summary>
    private static readonly string? Asked = Environment.GetEnvironmentVariable("SOFTPOOL_FORMS");

    /// <summary>Whether all forms are tried, beside those that sessions take by themselves: if all are asked for, or
    /// nothing is said, in 32 bits and fast numerics. 16-bit and strict kernels are the same lines of GLSL with other
    /// loads and sums.</summary>
    public static bool AllAreTried(bool fp16, Numerics numerics) =>
        Asked == "all" || (Asked != "chosen" && !fp16 && numerics == Numerics.Fast);

    /// <summary>The devices to plan for and the kernels to choose. Several may come to the same kernels.</summary>
    /// <param name="row">The case.</param>
    /// <param name="device">The device that the kernels run on.</param>
    /// <param name="all">Whether not only those are given that sessions take by themselves.</param>
    public static IEnumerable<(DeviceTraits Traits, VariantChoice Choice)> Of(
        OperatorCase row, DeviceTraits device, bool all)
    {
        Operator op = row.Layers[^1].Operator;
        foreach (DeviceTraits traits in (DeviceTraits[])
            [device, DeviceTraits.Unknown with { StorageBuffers = device.StorageBuffers }])
        {
            yield return (traits, VariantChoice.Default);
            if (!all)
                continue;
            // Without texels the maps that tiles do not fit bring the other kernels.
            if (op is Pooling && traits == device)
                yield return (traits, NoTiles);
            if (op is Linear)
                foreach (LinearVariant variant in Linear.Variants.All.OfType<LinearVariant>())
                    if (variant is LaneLinear || HasLooseInputs(row))
                        yield return (traits, new VariantChoice(variant.Name));
            if (row.Layers.Length > 1 && op is Pointwise or Elementwise or BatchNorm2d)
                yield return (traits, NoChains);
            if (op is not Conv2d convolution)
                continue;
            bool isLarge = Products(convolution, row.Input) > MostProducts;
            foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
                if (isLarge
                    ? variant is WinogradConvolution or PlainWinogradConvolution { AsGemm: false }
                    : IsTried(variant, row))
                    yield return (traits, new VariantChoice(variant.Name));
        }
    }

    /// <summary>Whether a variant is tried on a case. Drivers on CPUs compile the kernels of products of matrices in a
    /// second each: these are tried on the cases of the self-test, and on one of several tiles.</summary>
    public static bool IsTried(Variant<Conv2d> variant, OperatorCase row) =>
        variant is not (GemmConvolution or PlainWinogradConvolution { AsGemm: true }) || row.IsSelfTest
        || (row.Layers[^1].Operator is Conv2d { OutChannels: > LargestTile } convolution
            && Products(convolution, row.Input) <= MostProducts);

    /// <summary>Whether a case is one for the kernels of linear layers with barriers, which drivers on CPUs compile for a
    /// second each: inputs that are no whole quads, behind which stand another item's.</summary>
    private static bool HasLooseInputs(OperatorCase row) =>
        row is { IsSelfTest: true, Layers: [.., { Operator: Linear { InFeatures: 31 or 1030 } }] };

    /// <summary>The device's own choice, and each variant that an operator has.</summary>
    public static IEnumerable<VariantChoice> ChoicesFor(Operator op)
    {
        IEnumerable<string> variants = op switch
        {
            Conv2d => Conv2d.Variants.All.Select(variant => variant.Name),
            Linear => Linear.Variants.All.Select(variant => variant.Name),
            Pooling pooling => pooling.Variants.All.Select(variant => variant.Name),
            _ => [],
        };
        return variants.Select(variant => new VariantChoice(variant)).Prepend(VariantChoice.Default);
    }

    /// <summary>What tells a plan's kernels from those of another of the same layers.</summary>
    public static string KernelsOf(ExecutionPlan plan) =>
        string.Join(" ", plan.Launches.Select(dispatch => $"{dispatch.Kernel} {dispatch.Variant}".TrimEnd()));

    /// <summary>The largest error, in 32 bits: of a convolution that of the variants that a plan takes, or of all where
    /// the plan is not known.</summary>
    public static double Tolerance(Layer[] layers, ExecutionPlan? plan = null) => layers[^1].Operator switch
    {
        _ when layers.Any(layer => layer.Operator is Conv2d) => Conv2d.Variants.All
            .Where(variant => plan is null || plan.Launches.Any(launch => launch.Variant == variant.Name))
            .Select(variant => variant.Tolerance).Append(OperatorCheck.Tolerance).Max(),
        // y = m - (a mean difference to the largest cell m), which in a window of thousands of cells is several times
        // y.
        SoftPooling => 2.5 * OperatorCheck.Tolerance,
        _ => OperatorCheck.Tolerance,
    };

    private static long Products(Conv2d convolution, TensorShape input) =>
        (long)convolution.Window.OutputShape(1, input).ElementCount * convolution.Parameters[0].Shape.ElementCount;

    private static VariantChoice Without(params string[] kernels) => new(RejectedKernels:
    [
        .. from kernel in kernels
           from form in (string[])[kernel, $"{kernel}_texel"]
           from ending in (string[])["", ".fp16", ".strict"]
           select form + ending,
    ]);
}
