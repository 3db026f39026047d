using System.Globalization;
using System.Runtime.InteropServices;
using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>Trusts no kernel on a driver before it has given the reference's numbers there, the same bits in each of
/// several runs. What does not is struck off and planned around; what cannot be planned around is refused. Verdicts are
/// remembered.</summary>
internal static class SelfTest
{
    private const int Runs = 3;

    /// <summary>Plans a model by kernels that have passed.</summary>
    /// <param name="device">Where it is to run.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">How it is to run.</param>
    /// <param name="variants">Which kernels to choose from; null for what the device has learned.</param>
    /// <param name="kept">Gets what the test has compiled: until it is disposed, the session finds it there.</param>
    /// <returns>The plan, and what would have been in it otherwise.</returns>
    /// <exception cref="UnsupportedDeviceException">The device lacks what the options ask for, or a kernel failed, and
    /// no other can take its place.</exception>
    public static (PlannedModel Planned, IReadOnlyList<RejectedKernel> RejectedKernels) Plan(
        VulkanDevice device, Model model, in SessionOptions options, VariantChoice? variants, Ownership kept)
    {
        if (options.Fp16 && !device.HasFp16Storage)
            throw new UnsupportedDeviceException(
                $"{device.Physical.Info.Name} has no 16-bit storage, or the host did not enable or not "
                + "declare it (storageBuffer16BitAccess): store in 32 bits.");
        PlanOptions planOptions =
            PlanOptions.Of(options, device.Traits, device.Physical.LargestOperand) with
            {
                MostGroups = device.Physical.MostGroups,
            };
        if (options.Tune)
            VariantTuner.Tune(device, model.Graph, planOptions with
            {
                Batch = ExecutionPlan.CreateFitting(model, planOptions).Batch,
            });
        (ExecutionPlan plan, IReadOnlyList<RejectedKernel> rejected) =
            Plan(device, model, planOptions with { Variants = variants ?? device.Variants.Choice }, kept);
        var planned = new PlannedModel(device, model, plan)
        {
            Batch = options.Batch,
            ResizesInOneLaunch = () => ImageSelfTest.PassesInOneLaunch(device),
            CheckWidening = () => WideningSelfTest.Check(device),
            CheckColours = () => ColourSelfTest.Check(device),
            CheckTexels = () => TexelSelfTest.Check(device),
        };
        return (planned, rejected);
    }

    private static (ExecutionPlan Plan, IReadOnlyList<RejectedKernel> RejectedKernels) Plan(
        VulkanDevice device, Model model, PlanOptions options, Ownership kept)
    {
        var rejected = new List<RejectedKernel>();
        try
        {
            options = options with { LargestIterations = LoopLimitProbe.LargestOn(device) };
            while (true)
            {
                PlanOptions around = options with
                {
                    Variants = options.Variants with
                    {
                        RejectedKernels = [.. rejected.Select(kernel => kernel.Kernel)],
                    },
                };
                ExecutionPlan plan = ExecutionPlan.CreateFitting(model, around);
                if ((FirstAtFault(device, plan, around, kept)
                    ?? FirstAtItsShape(device, model, plan, around, kept)) is not { } fault)
                    return (plan, rejected);
                if (rejected.Exists(kernel => kernel.Kernel == fault.Kernel))
                    throw new UnsupportedDeviceException(
                        $"{device.Physical.Info.Name} with the driver {device.Physical.Info.Driver} fails the "
                        + $"self-test of the kernel {fault.Kernel}, and no other takes its place; "
                        + $"it is {fault.Reason}.");
                rejected.Add(fault);
            }
        }
        finally
        {
            // Without the test there is only the probe's, which is quickly made again.
            if (device.SelfTests)
                device.Variants.SaveVerdicts();
        }
    }

    private static RejectedKernel? FirstAtFault(
        VulkanDevice device, ExecutionPlan plan, PlanOptions options, Ownership kept)
    {
        // One by one in the order of their launches: a kernel is tested together with few others, which come before it.
        foreach (KernelLaunch dispatch in plan.Launches.DistinctBy(dispatch => dispatch.JudgedAs))
            if (VerdictOn(device, dispatch, options, kept) is { Length: > 0 } reason)
                return new RejectedKernel(dispatch.JudgedAs, reason);
        return null;
    }

    /// <summary>A kernel of the plan that fails at the shape that it has there, though it has passed
    /// elsewhere.</summary>
    /// <exception cref="UnsupportedDeviceException">All that can compute the layer has failed.</exception>
    private static RejectedKernel? FirstAtItsShape(
        VulkanDevice device, Model model, ExecutionPlan plan, PlanOptions options, Ownership kept)
    {
        TuningCache memory = device.Variants;
        string key = ShapeTest.KeyOf(model.Graph, plan);
        string? verdict;
        lock (memory.Testing)
        {
            verdict = memory.VerdictOn(key);
            if (verdict is null && !device.SelfTests)
                return null;
            if (verdict is null)
            {
                // Which layer it is follows from its first launch.
                verdict = ShapeTest.FirstFault(device, model, plan, options, kept) is var (at, what)
                    ? string.Create(CultureInfo.InvariantCulture, $"{at.FirstLaunch} {what}")
                    : "";
                memory.Judge(key, verdict);
            }
        }
        if (verdict.Split(' ', 2) is not [string number, string reason])
            return null;
        PlannedLayer layer = plan.Layers.First(
            layer => layer.Launches > 0 && layer.FirstLaunch == int.Parse(number, CultureInfo.InvariantCulture));
        // The last of its kernels first: those before it prepare what it reads.
        string? kernel = plan.Launches.Skip(layer.FirstLaunch).Take(layer.Launches)
            .Select(launch => launch.JudgedAs).Reverse()
            .FirstOrDefault(kernel => options.Variants.RejectedKernels?.Contains(kernel) != true);
        return kernel is null
            ? throw new UnsupportedDeviceException(
                $"{device.Physical.Info.Name} with the driver {device.Physical.Info.Driver} fails the self-test of "
                + "this network, and no other kernel can take the place of "
                + $"{plan.Launches[layer.FirstLaunch + layer.Launches - 1].JudgedAs}; it is {reason}.")
            : new RejectedKernel(kernel, reason);
    }

    /// <summary>What is wrong with a kernel; empty if nothing is.</summary>
    internal static string VerdictOn(VulkanDevice device, KernelLaunch dispatch, PlanOptions options, Ownership kept)
    {
        TuningCache memory = device.Variants;
        // Others that need the same kernel wait for its verdict.
        lock (memory.Testing)
        {
            if (memory.VerdictOn(dispatch.JudgedAs) is { } known)
                return known;
            if (!device.SelfTests)
                return "";
            string verdict = "untested: no case of the self-test launches it";
            try
            {
                memory.Try(dispatch.JudgedAs, () =>
                {
                    (Model Model, ExecutionPlan Plan, int Batch)[] cases = [.. CasesOf(dispatch, options)];
                    device.Pipelines.Compile([.. cases.SelectMany(test => test.Plan.Launches)], kept);
                    foreach ((Model model, ExecutionPlan plan, int batch) in cases)
                    {
                        RunSlot run = kept.Take(new RunSlot(new PlannedModel(device, model, plan)));
                        verdict = Try(run, model, batch, options);
                        if (verdict.Length > 0)
                            break;
                    }
                });
            }
            catch (VulkanException e) when (IsOfKernel(e.Call))
            {
                // What the driver's compiler does not take. Any other call may fail for a reason that passes: that is
                // no verdict.
                verdict = $"not to be run: {e.Message}";
            }
            memory.Judge(dispatch.JudgedAs, verdict);
            return verdict;
        }
    }

    /// <summary>Whether a call fails for a kernel's own sake.</summary>
    internal static bool IsOfKernel(string call) =>
        call.StartsWith("vkCreateShaderModule", StringComparison.Ordinal)
            || call.StartsWith("vkCreateComputePipelines", StringComparison.Ordinal);

    /// <summary>The cases that launch a kernel, those with the fewest others in them.</summary>
    internal static IEnumerable<(Model Model, ExecutionPlan Plan, int Batch)> CasesOf(
        KernelLaunch dispatch, PlanOptions options)
    {
        options = options with { Variants = options.Variants with { Forced = dispatch.Variant } };
        // What is too large for a view of texels is read from storage buffers. The cases are small: no texels, then.
        PlanOptions withoutTexels = options with { Device = options.Device with { LargestTexels = 0 } };
        List<(Model Model, ExecutionPlan Plan, int Batch)> cases = Launching(dispatch, options);
        return cases.Count > 0 ? cases : Launching(dispatch, withoutTexels);
    }

    private static List<(Model Model, ExecutionPlan Plan, int Batch)> Launching(
        KernelLaunch dispatch, PlanOptions options)
    {
        // Others are launched one behind the other.
        if (dispatch.Id.Shader != PointwiseChain.Kernel)
            options = options with { Variants = PointwiseChain.Without(options.Variants, options.KernelNumerics) };
        var planned =
            from row in SelfTestCases.All
            let plan = ExecutionPlan.Create(row.Model, options with { Batch = row.Batch, Fuse = true })
            where plan.Launches.Any(launch => launch.JudgedAs == dispatch.JudgedAs)
            group (row.Model, plan, row.Batch) by plan.Launches.Where(IsOther).DistinctBy(launch => launch.JudgedAs)
                .Count();
        return [.. planned.OrderBy(cases => cases.Key).FirstOrDefault()?.AsEnumerable() ?? []];

        // What adds a residual is the last step of its variant, and never comes without the others.
        bool IsOther(KernelLaunch launch) => launch.JudgedAs != dispatch.JudgedAs
            && !(dispatch.AddsResidual && launch.Variant == dispatch.Variant);
    }

    private static string Try(RunSlot run, Model model, int batch, PlanOptions options)
    {
        float[] input = SelfTestCases.Numbers(batch * model.Graph.InputShape.ElementCount);
        var outputs = new float[Runs][];
        for (int i = 0; i < Runs; i++)
        {
            // Between the runs one on NaN, then one on zeros: whoever reads more than was written finds something else
            // each time.
            if (i > 0)
            {
                run.Input.Fill(i % 2 == 1 ? float.NaN : 0);
                run.Submit().WaitForTrial();
            }
            input.CopyTo(run.Input);
            run.Submit().WaitForTrial();
            run.Read(batch, outputs[i] = new float[batch * model.Graph.OutputShape.ElementCount]);
        }
        IEnumerable<string> layers = model.Graph.Layers
            .Select(layer => $"{layer.Operator.GetType().Name} {layer.Operator.Attributes}".TrimEnd());
        string data = $"{string.Join(", ", layers)} on {batch} x {model.Graph.InputShape}";
        ReadOnlySpan<uint> first = MemoryMarshal.Cast<float, uint>(outputs[0]);
        for (int i = 1; i < Runs; i++)
            if (!MemoryMarshal.Cast<float, uint>(outputs[i]).SequenceEqual(first))
                return $"unsteady: run {i + 1} gave other bits than the first for {data}";
        return Compare(model, input, outputs[0], options) is { Length: > 0 } fault ? $"wrong: {fault} for {data}" : "";
    }

    private static string Compare(Model model, float[] input, float[] output, PlanOptions options)
    {
        IEnumerable<float[]> items = input.Chunk(model.Graph.InputShape.ElementCount);
        if (options.IsStrict)
        {
            var bits = new BitComparison();
            bits.Add(items.SelectMany(item => ReferenceNetwork.RunStrict(model, item)[^1]).ToArray(), output);
            return bits.AreEqual
                ? ""
                : $"{bits.DifferingElements} of {bits.Count} values have other bits than the reference";
        }
        var comparison = new TensorComparison();
        comparison.Add(items.SelectMany(item => ReferenceNetwork.Run(model, item)[^1]).ToArray(), output);
        Tolerances tolerances = options.Fp16 ? Tolerances.Fp16 : Tolerances.Fp32;
        return comparison.Nmse <= tolerances.LayerNmse && comparison.RelativeError <= tolerances.OutputError
            ? ""
            : $"off by {comparison.RelativeError:0.0e-0} of the largest value";
    }
}
