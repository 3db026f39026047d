using System.Globalization;

namespace SoftPool.Benchmarks;

/// <summary>What one compiler makes of the kernels that sessions take by themselves: a result, and the baseline of
/// later ones.</summary>
internal sealed record KernelsSummary(
    string Device, string Driver, string[] Networks, int[] Batches, KernelsSummary.Row[] Kernels)
{
    /// <summary>One kernel, over its pipelines.</summary>
    /// <param name="Kernel">Its name.</param>
    /// <param name="Pipelines">How many pipelines it has.</param>
    /// <param name="Registers">From least to most.</param>
    /// <param name="Occupancy">From least to most.</param>
    /// <param name="Instructions">From least to most.</param>
    /// <param name="MultiplyAddPercent">Multiply-adds of the main loop's arithmetic, from least to most; null where no
    /// text tells.</param>
    /// <param name="Subgroups">Sizes of subgroups.</param>
    /// <param name="Spilling">Pipelines that spill registers to memory.</param>
    /// <param name="Stores">Most stores of one pipeline to spill.</param>
    /// <param name="Reloads">Most reloads of one pipeline.</param>
    public sealed record Row(
        string Kernel, int Pipelines, string Registers, string Occupancy,
        string Instructions, string? MultiplyAddPercent,
        string Subgroups, int Spilling, double Stores, double Reloads);

    public static KernelsSummary Of(
        GpuDeviceInfo device, string[] networks, int[] batches, IEnumerable<CompiledKernel> kernels) => new(
        device.Name, device.Driver, networks, batches,
        [
            .. from kernel in kernels
               where kernel.IsChosen
               group kernel by kernel.Kernel into pipelines
               orderby pipelines.Key
               select new Row(
                   pipelines.Key, pipelines.Count(), Range(pipelines.Select(kernel => kernel.Figures.Registers)),
                   Range(pipelines.Select(kernel => kernel.Figures.Occupancy)),
                   Range(pipelines.Select(kernel => kernel.Figures.Instructions)),
                   pipelines.Any(kernel => kernel.Loop is not null)
                       ? Range(pipelines.Select(kernel => kernel.Loop).OfType<MainLoop>()
                           .Select(loop => 100 * loop.MultiplyAddShare)) : null,
                   string.Join(", ", pipelines.Select(kernel => kernel.SubgroupSize).Distinct().Order()),
                   pipelines.Count(kernel => kernel.Spills), pipelines.Max(kernel => kernel.Figures.Stores),
                   pipelines.Max(kernel => kernel.Figures.Reloads)),
        ]);

    /// <summary>What spills more than in the baseline, a sentence each. A kernel that the baseline has not may not
    /// spill.</summary>
    public IEnumerable<string> Above(KernelsSummary? baseline)
    {
        foreach (Row now in Kernels)
        {
            Row? before = baseline?.Kernels.FirstOrDefault(row => row.Kernel == now.Kernel);
            foreach ((string what, double figure, double allowed) in ((string, double, double)[])
                     [
                         ("spilling pipelines", now.Spilling, before?.Spilling ?? 0),
                         ("stores", now.Stores, before?.Stores ?? 0),
                         ("reloads", now.Reloads, before?.Reloads ?? 0),
                     ])
                if (!(figure <= allowed))
                    yield return $"{now.Kernel} has {Text(figure)} {what}, where {Text(allowed)} are allowed";
        }
    }

    private static string Range(IEnumerable<double> figures)
    {
        double[] told = [.. figures];
        (string least, string most) = (Text(told.Min()), Text(told.Max()));
        return least == most ? most : $"{least}-{most}";
    }

    private static string Text(double figure) => figure.ToString("F0", CultureInfo.InvariantCulture);
}
