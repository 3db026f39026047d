using System.Text.Json.Serialization;
using SoftPool.Graph;
using SoftPool.Kernels;

namespace SoftPool.Benchmarks;

/// <summary>The predicted time of a network on a GPU.</summary>
/// <param name="Gpu">Which GPU.</param>
/// <param name="Network">Which network.</param>
/// <param name="Batch">Images at once.</param>
/// <param name="Bits">Of stored numbers: 32 or 16.</param>
/// <param name="Barriers">Barriers between launches.</param>
/// <param name="Milliseconds">On the device, from the first launch to the end of the last.</param>
/// <param name="ImagesPerSecond">The batch over that time.</param>
/// <param name="OfAllowed">The share of that time that products and bytes alone would take.</param>
/// <param name="Launches">Each launch.</param>
internal sealed record NetworkPrediction(
    string Gpu, string Network, int Batch, int Bits, int Barriers, double Milliseconds, double ImagesPerSecond,
    double OfAllowed, NetworkPrediction.Launch[] Launches)
{
    /// <summary>One launch.</summary>
    /// <param name="Layer">Its layer.</param>
    /// <param name="Kernel">Its kernel.</param>
    /// <param name="Variant">Its variant, empty if there is one way.</param>
    /// <param name="Workgroups">Their number.</param>
    /// <param name="Microseconds">Its time, without what a barrier costs.</param>
    /// <param name="Bound">What that time is spent on.</param>
    /// <param name="AllowedMicroseconds">What products and bytes allow.</param>
    public sealed record Launch(
        string Layer, string Kernel, string Variant, long Workgroups, double Microseconds, string Bound,
        double AllowedMicroseconds);

    public static NetworkPrediction Of(
        TargetGpu gpu, ModelGraph graph, int batch, bool fp16, ExecutionPlan plan,
        Func<KernelLaunch, CompiledKernel> compile, Func<KernelLaunch, KernelAccess> accessOf)
    {
        LaunchPrediction[] predictions =
        [
            .. from launch in plan.Launches
               let compiled = compile(launch)
               select LaunchPrediction.Of(
                   gpu, launch, compiled.Figures, compiled.Loop, Math.Max(compiled.SubgroupSize, 1)),
        ];
        int barriers = new BarrierPlan(plan.Launches, accessOf).Epochs;
        // Launches without a barrier between them overlap, which hides what a barrier costs and not the work.
        double microseconds = predictions.Sum(launch => launch.Time) + barriers * gpu.LaunchMicroseconds;
        return new(
            gpu.Name, graph.Name, batch, fp16 ? 16 : 32, barriers, microseconds / 1000, 1e6 * batch / microseconds,
            predictions.Sum(launch => launch.Allowed) / microseconds,
            [
                .. plan.Launches.Zip(predictions, (launch, prediction) => new Launch(
                    launch.Layer, launch.Kernel, launch.Variant,
                    (long)launch.Groups.X * launch.Groups.Y * launch.Groups.Z, Math.Round(prediction.Time, 2),
                    prediction.Bound, Math.Round(prediction.Allowed, 2))),
            ])
        {
            FirstOf = plan.Layers
                .SelectMany(group => group.Layers.Select(layer => (
                    graph.Layers[layer].Name, First: graph.Layers[group.Layers[0]].Name)))
                .ToDictionary(layer => layer.Name, layer => layer.First),
        };
    }

    /// <summary>For each layer the first of those that are computed together with it.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> FirstOf { get; init; } = new Dictionary<string, string>();

    /// <summary>The time of each layer with the barriers before its launches.</summary>
    /// <param name="barrier">What one of these costs.</param>
    /// <param name="groupOf">Which layers count as one: the name of their group.</param>
    public (string Layer, string Variant, double Microseconds)[] Layers(
        double barrier, Func<string, string> groupOf) =>
    [
        .. Launches.GroupBy(launch => groupOf(launch.Layer)).Select(layer => (
            layer.Key, layer.First().Variant, layer.Sum(launch => launch.Microseconds + barrier))),
    ];
}
