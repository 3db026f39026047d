using System.Diagnostics;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Measures the ways to compute a graph's convolutions on a device, each alone, and has the device remember
/// the fastest. What is remembered is not measured again.</summary>
internal static class ConvolutionTuner
{
    /// <summary>No measurement begins later than this after the first. What has not had its turn stays a
    /// guess.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    /// <summary>Variants that are guessed to take longer than this many times the best guess are not
    /// measured.</summary>
    private const double Hopeless = 2.5;

    private const int Runs = 5;

    public static void Tune(VulkanDevice device, ModelGraph graph, PlanOptions options)
    {
        // The network's own figures, before its convolutions are taken one by one.
        ExecutionPlan.CheckBatch(graph, options.Batch);
        if (options.Numerics != Numerics.Fast)
            return;
        var best = new Dictionary<string, string>();
        VariantChoice known = device.Variants.Choice;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < graph.Layers.Count && Stopwatch.GetElapsedTime(begin) < Budget; i++)
        {
            if (graph.Layers[i].Operator is not Conv2d convolution)
                continue;
            TensorShape input = graph.InputShapesOf(i)[0];
            string key = VariantTable<Conv2d>.KeyOf(convolution, input, options);
            if (known.Best?.ContainsKey(key) == true || best.ContainsKey(key))
                continue;
            (string Name, double Time)? fastest = null;
            bool all = true;
            foreach (string variant in Candidates(convolution, input, options with { Variants = known }))
            {
                if (Stopwatch.GetElapsedTime(begin) >= Budget)
                {
                    all = false;
                    break;
                }
                double? time = Measure(device, convolution, input, options with { Variants = known with { Forced = variant } });
                if (time is not null && (fastest is null || time < fastest.Value.Time))
                    fastest = (variant, time.Value);
            }
            if (all && fastest is not null)
                best.Add(key, fastest.Value.Name);
        }
        if (best.Count > 0)
            device.Variants.Remember(best);
    }

    /// <summary>What is worth measuring, the best guess first.</summary>
    internal static IEnumerable<string> Candidates(Conv2d convolution, TensorShape input, PlanOptions options)
    {
        var step = new LoweringStep(
            "layer", "", options, [input], convolution.InferShape(input), [new Activation((long)options.Batch * input.ElementCount)], default,
            name => throw new InvalidOperationException($"Tuning asked for {name}."), convolution.Bias, []);
        List<(string Name, double Cost)> candidates =
            [.. Conv2d.Variants.CandidatesFor(convolution, step).Select(variant => (variant.Name, variant.Cost(convolution, step)))];
        return candidates.Where(candidate => candidate.Cost <= Hopeless * candidates[0].Cost).Select(candidate => candidate.Name);
    }

    /// <summary>The shortest of some runs, in milliseconds, copies of input and output included: they are the same for
    /// all. Null where the variant does not fit on the device, or the driver does not take it: then another is to be
    /// remembered.</summary>
    private static double? Measure(VulkanDevice device, Conv2d convolution, TensorShape input, PlanOptions options)
    {
        // With the ReLU that mostly follows: then the session's kernel is compiled already.
        var graph = new ModelGraph("tuning", input, [new Layer("0", convolution), new Layer("1", new ReLU(), ["0"])]);
        var model = new Model(
            graph, graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => Ones(parameter.Shape)), [],
            new Preprocessing([.. Enumerable.Repeat(0f, input[0])], [.. Enumerable.Repeat(1f, input[0])]));
        try
        {
            var planned = new PlannedModel(device, model, ExecutionPlan.Create(model, options));
            using var run = new RunSlot(planned);
            run.Input.Fill(1);
            string tried = planned.Plan.Launches.Last(launch => launch.Variant == options.Variants.Forced).JudgedAs;
            double shortest = double.MaxValue;
            device.Variants.Try(tried, () =>
            {
                run.Submit().WaitForTrial();
                for (int i = 0; i < Runs; i++)
                {
                    long begin = Stopwatch.GetTimestamp();
                    run.Submit().WaitForTrial();
                    shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                }
            });
            return shortest;
        }
        catch (SoftPoolException e) when (e is not DeviceLostException)
        {
            return null;
        }
    }

    private static Tensor Ones(TensorShape shape)
    {
        var ones = new float[shape.ElementCount];
        ones.AsSpan().Fill(1);
        return new Tensor(shape, ones);
    }
}
