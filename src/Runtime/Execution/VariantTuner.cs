using System.Diagnostics;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Operators.Linears;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Measures the ways to compute a graph's convolutions and linear layers on a device, each alone, and has the
/// device remember the fastest. What is remembered is not measured again.</summary>
internal static class VariantTuner
{
    private static readonly TuningBudget Budget = new(Worked: TimeSpan.FromSeconds(2), Whole: TimeSpan.FromSeconds(10));

    /// <summary>How long the device works before the first variant is measured, and before each other: GPUs that were
    /// idle run slower at first.</summary>
    private const double FirstWarming = 100, Warming = 5;

    /// <summary>How long a measurement by the CPU's clock takes at least, in milliseconds, with its submission in
    /// it.</summary>
    private const double LeastByCpu = 5;

    /// <summary>Variants of a convolution that are guessed to take longer than this many times the best guess are not
    /// measured.</summary>
    private const double Hopeless = 2.5;

    /// <summary>The median counts.</summary>
    private const int Runs = 5;

    public static void Tune(VulkanDevice device, ModelGraph graph, PlanOptions options, TuningBudget? limit = null)
    {
        TuningBudget budget = limit ?? Budget;
        // The network's own figures, before its layers are taken one by one.
        ExecutionPlan.CheckBatch(graph, options.Batch);
        if (options.Numerics != Numerics.Fast)
            return;
        var best = new Dictionary<string, string>();
        VariantChoice known = device.Variants.Choice;
        TimeSpan spent = default;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < graph.Layers.Count && !IsOver(); i++)
        {
            Operator op = graph.Layers[i].Operator;
            TensorShape input = graph.InputShapesOf(i)[0];
            string key = VariantTable<Operator>.KeyOf(op, input, options);
            if (known.Best?.ContainsKey(key) == true || best.ContainsKey(key)
                || Candidates(op, input, options with { Variants = known }) is not { Length: > 1 } candidates)
                continue;
            (string Name, double Time)? fastest = null;
            bool all = true;
            foreach (string variant in candidates)
            {
                if (IsOver())
                {
                    all = false;
                    break;
                }
                double? time = Measure(
                    device, op, input, options with { Variants = known with { Forced = variant } }, ref spent);
                if (time is not null && (fastest is null || time < fastest.Value.Time))
                    fastest = (variant, time.Value);
            }
            if (all && fastest is not null)
                best.Add(key, fastest.Value.Name);
        }
        if (best.Count > 0)
            device.Variants.Remember(best);

        bool IsOver() => spent >= budget.Worked || Stopwatch.GetElapsedTime(begin) >= budget.Whole;
    }

    /// <summary>What is worth measuring, the best guess first; nothing of an operator that is computed in one
    /// way.</summary>
    internal static string[] Candidates(Operator op, TensorShape input, PlanOptions options) => op switch
    {
        Conv2d convolution => Candidates(
            Conv2d.Variants, convolution, input, options, convolution.Bias,
            (variant, best, step) => variant.Cost(convolution, step) <= Hopeless * best.Cost(convolution, step)),
        Linear linear => Candidates(
            Linear.Variants, linear, input, options, linear.Bias,
            (variant, _, step) => variant.Cost(linear, step) < double.MaxValue
                && (variant is not LinearVariant own || own.Suits(linear.VectorsOf(step)))),
        _ => [],
    };

    private static string[] Candidates<TOperator>(
        VariantTable<TOperator> variants, TOperator op, TensorShape input, PlanOptions options, bool hasBias,
        Func<Variant<TOperator>, Variant<TOperator>, LoweringStep, bool> isHopeful)
        where TOperator : UnaryOperator
    {
        var step = new LoweringStep(
            "layer", "", options, [input], op.InferShape(input),
            [new Activation((long)options.Batch * input.ElementCount)], default,
            name => throw new InvalidOperationException($"Tuning asked for {name}."), hasBias, []);
        List<Variant<TOperator>> candidates = variants.CandidatesFor(op, step);
        return
        [
            .. from variant in candidates
               where variant == candidates[0] || isHopeful(variant, candidates[0], step)
               select variant.Name,
        ];
    }

    /// <summary>The median of some runs, in milliseconds: by the device's clock that of the launches alone, else by the
    /// CPU's with the submission, which is the same for all. Null where the variant does not fit on the device, or the
    /// driver does not take it: then another is to be remembered.</summary>
    /// <param name="device">Where it is measured.</param>
    /// <param name="op">What is computed; any operator with variants.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How.</param>
    /// <param name="spent">Gets the time for which the device has worked.</param>
    internal static double? Measure(
        VulkanDevice device, Operator op, TensorShape input, PlanOptions options, ref TimeSpan spent)
    {
        // With the ReLU that mostly follows: then the session's kernel is compiled already.
        var graph = new ModelGraph("tuning", input, [new Layer("0", op), new Layer("1", new ReLU(), ["0"])]);
        int channels = input.Rank == 3 ? input[0] : 0;
        var model = new Model(
            graph, graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => Ones(parameter.Shape)), [],
            new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
        try
        {
            var planned = new PlannedModel(device, model, ExecutionPlan.Create(model, options));
            using var run = new RunSlot(planned);
            run.Input.Fill(1);
            // If the driver hangs, then most likely in the launch that loops the longest.
            string tried = planned.Plan.Launches.Where(launch => launch.Variant == options.Variants.Forced)
                .MaxBy(launch => launch.Iterations)!.JudgedAs;
            double warming = device.Physical.Info.Kind == GpuKind.Cpu ? 0
                : spent == default ? FirstWarming : Warming;
            var times = new double[Runs];
            TimeSpan worked = default;
            device.Variants.Try(tried, () =>
            {
                // CPU drivers compile during the first run.
                run.Submit().WaitForTrial();
                long begin = Stopwatch.GetTimestamp();
                ByCpu(run, warming);
                using TimedRun? timed = device.HasClock ? new TimedRun(planned, run.Program, run.Floats) : null;
                for (int i = 0; i < times.Length; i++)
                    times[i] = timed?.Run().Sum(launch => launch.DeviceTime.TotalMilliseconds)
                        ?? ByCpu(run, LeastByCpu);
                worked = Stopwatch.GetElapsedTime(begin);
            });
            spent += worked;
            Array.Sort(times);
            return times[Runs / 2];
        }
        catch (SoftPoolException e) when (e is not DeviceLostException)
        {
            return null;
        }
    }

    /// <summary>The mean time of runs for so many milliseconds, of one at least.</summary>
    private static double ByCpu(RunSlot run, double milliseconds)
    {
        long begin = Stopwatch.GetTimestamp();
        double elapsed;
        int count = 0;
        do
        {
            run.Submit().WaitForTrial();
            count++;
            elapsed = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
        while (elapsed < milliseconds);
        return elapsed / count;
    }

    private static Tensor Ones(TensorShape shape)
    {
        var ones = new float[shape.ElementCount];
        ones.AsSpan().Fill(1);
        return new Tensor(shape, ones);
    }
}
