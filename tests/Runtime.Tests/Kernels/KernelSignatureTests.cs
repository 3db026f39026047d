using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Kernels;

/// <summary>Every launch that plans make against what the kernels declare, without a device.</summary>
[TestClass]
public sealed class KernelSignatureTests
{
    // Launched by the runtime itself, not by plans: its pictures and its probe.
    private static readonly string[] OutsideOfPlans =
        ["image", "image_lines", "image_of_lines", "image_of_planes", "loop_limit", "texels", "widen_input"];

    private static readonly DeviceTraits[] Devices =
    [
        DeviceTraits.Unknown, new(LeastSubgroupSize: 64), new(SubgroupSize: 32, HasShuffle: true),
        new(Driver.SwiftShader, SubgroupSize: 4, LargestTexels: 65_536, HasInt64: true),
        new(Driver.Lavapipe, SubgroupSize: 8, HasShuffle: true, HasInt64: true, LargestTexels: 1 << 27),
        new(
            Driver.Lavapipe, SubgroupSize: 8, HasShuffle: true,
            HasInt64: true, LargestTexels: 1 << 27, JoinsLoads: true, StorageBuffers: 1 << 20),
        new(
            SubgroupSize: 32, LeastSubgroupSize: 32, HasShuffle: true, LargestWorkgroup: 1024, Units: 132,
            StorageBuffers: 1 << 20, Matrix: new MatrixShape(16, 16, 16)),
    ];

    private static readonly VariantChoice[] Choices =
    [
        VariantChoice.Default,
        .. Conv2d.Variants.All.Select(variant => new VariantChoice(variant.Name)),
        .. Linear.Variants.All.Select(variant => new VariantChoice(variant.Name)),
        .. new[] { "maxpool_tile", "avgpool_tile", "softpool_tile", "softpool_shared_tile" }.Select(Without),
    ];

    /// <summary>One launch of each kernel and number of operands, over all operator cases, devices, numerics and
    /// variants.</summary>
    internal static Dictionary<string, KernelLaunch> Launches { get; } = FindLaunches();

    [TestMethod]
    public void Every_launch_gives_its_kernel_what_it_declares()
    {
        Assert.IsGreaterThan(100, Launches.Count);
        Assert.AreEqual(
            "",
            string.Join('\n', Launches.Values
                .Select(launch => KernelSignature.Of(EmbeddedShaders.Load(launch.Kernel)).Misfit(launch))
                .Where(misfit => misfit is not null)));
    }

    [TestMethod]
    public void What_is_embedded_is_launched()
    {
        string[] launched = [.. Launches.Values.Select(launch => launch.Kernel), .. OutsideOfPlans];
        Assert.AreEqual("", string.Join(", ", EmbeddedShaders.Names.Except(launched).Order(StringComparer.Ordinal)));
    }

    [TestMethod]
    public void What_does_not_fit_is_told()
    {
        KernelLaunch launch = Launches.Values.First(launch => launch.Kernel == "linear_texel");
        KernelSignature signature = KernelSignature.Of(EmbeddedShaders.Load(launch.Kernel));
        Assert.IsNull(signature.Misfit(launch));
        CollectionAssert.AreEqual(
            (string[])
            [
                "BATCH", "IN_FEATURES", "OUT_FEATURES", "FIRST", "FEATURES", "SLICES", "POINTWISE", "COEFFICIENT_BITS",
                "SECOND_COEFFICIENT_BITS", "WORKGROUP_SIZE",
            ],
            signature.Constants!.ToArray());
        SpecializationConstant[] reversed = [.. launch.Constants.Reverse()];
        CollectionAssert.AreEqual(signature.ValuesOf(launch), signature.ValuesOf(launch with { Constants = reversed }));
        Assert.AreEqual(
            "linear_texel has the constant BATCH; the launch does not give it.",
            signature.Misfit(launch with { Constants = [.. launch.Constants.Skip(1)] }));
        Assert.AreEqual(
            "linear_texel has no constant GROUPS; the launch gives it.",
            signature.Misfit(launch with { Constants = [.. launch.Constants, ("GROUPS", 1)] }));
        Assert.StartsWith(
            "linear_texel takes each constant once;",
            signature.Misfit(launch with { Constants = [.. launch.Constants, launch.Constants[0]] }));
        Assert.AreEqual(
            "linear_texel has 4 bindings; the launch gives 5.",
            signature.Misfit(launch with { Operands = [.. launch.Operands, launch.Operands[0]] }));
        Assert.AreEqual(
            "linear_texel reads binding 2 as texels; the launch gives a storage buffer.",
            signature.Misfit(launch with { Texels = 0b001 }));
        Assert.AreEqual(
            "linear_texel reads binding 1 as a storage buffer; the launch gives texels.",
            signature.Misfit(launch with { Texels = 0b111 }));
    }

    [TestMethod]
    public void Integers_and_floats_are_told_apart()
    {
        KernelLaunch launch = Launches.Values.First(launch => launch.Kernel == "conv2d_lanes8");
        KernelSignature signature = KernelSignature.Of(EmbeddedShaders.Load(launch.Kernel));
        Assert.AreEqual(BindingKind.Integers, signature.Bindings[4]);
        Operand[] operands = [.. launch.Operands];
        (operands[3], operands[4]) = (operands[4], operands[3]);
        Assert.AreEqual(
            "conv2d_lanes8 reads binding 3 as floats; the launch gives integers.",
            signature.Misfit(launch with { Operands = operands }));
        operands[3] = operands[4];
        Assert.AreEqual(
            "conv2d_lanes8 reads binding 4 as integers; the launch gives floats.",
            signature.Misfit(launch with { Operands = operands }));
    }

    [TestMethod]
    public void Gaps_between_bindings_are_refused()
    {
        const uint Decorate = 4u << 16 | 71, Binding = 33;
        uint[] spirv = EmbeddedShaders.Load("linear");
        int at = Enumerable.Range(5, spirv.Length - 8)
            .First(i => spirv[i] == Decorate && spirv[i + 2] == Binding && spirv[i + 3] == 1);
        spirv[at + 3] = 99;
        Assert.Contains(
            "without a gap", Assert.ThrowsExactly<InvalidOperationException>(() => KernelSignature.Of(spirv)).Message);
    }

    private static VariantChoice Without(string kernel) =>
        new(RejectedKernels:
        [
            .. from form in (string[])[kernel, $"{kernel}_texel"]
               from ending in (string[])["", ".fp16", ".strict"]
               select form + ending,
        ]);

    private static Dictionary<string, KernelLaunch> FindLaunches()
    {
        var launches = new Dictionary<string, KernelLaunch>();
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
        {
            var graph = new ModelGraph("case", input, layers);
            Model model = TestModels.WithWeights(graph);
            foreach (DeviceTraits device in Devices)
                foreach (VariantChoice choice in HasVariants(layers) ? Choices : [VariantChoice.Default])
                    foreach (PlanOptions options in (PlanOptions[])[
                        new(batch), new(batch, Fp16: true), new(batch, Numerics: Numerics.Strict)])
                        foreach (KernelLaunch launch in ExecutionPlan.Create(
                            graph, name => model.Weights[name],
                            options with { Device = device, Variants = choice }).Launches)
                            launches.TryAdd(
                                $"{launch.Kernel} {launch.Constants.Count} {launch.Operands.Count} {launch.Texels}",
                                launch);
        }
        return launches;

        static bool HasVariants(Layer[] layers) =>
            Array.Exists(layers, layer => layer.Operator is Conv2d or Pooling or Linear);
    }
}
