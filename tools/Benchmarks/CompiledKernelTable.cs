using System.Globalization;
using Spectre.Console;

namespace SoftPool.Benchmarks;

/// <summary>What the compiler says, one line a kernel (from the least of its pipelines to the most) or one a pipeline.
/// Waves are those that one SIMD has room for; the share of multiply-adds is that of the main loop's vector
/// instructions.</summary>
internal static class CompiledKernelTable
{
    public static void Print(
        GpuDeviceInfo device, IReadOnlyList<CompiledKernel> kernels, bool all, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"[bold]{device.Name}[/], {device.Driver}: {kernels.Count} pipelines compiled");
        var table = new Table().Border(TableBorder.Simple).AddColumn("kernel");
        foreach (string name in (string[])
                 ["pipelines", "subgroup", "registers", "stores/reloads", "scalars "
                     + "spilled", "waves", "instructions", "ms",
                  "vector", "scalar", "memory", "FMA of loop",
                  "latency", "1/throughput"])
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (IGrouping<string, CompiledKernel> group in kernels.GroupBy(
                     kernel => $"{kernel.Kernel} {kernel.Variant}{(kernel.IsChosen ? "" : ", not chosen")}"
                     + (all ? $" {kernel.Layer} {string.Join(',', kernel.Constants)}" : ""))
                     .OrderBy(group => group.Key, StringComparer.Ordinal))
            table.AddRow(
                Markup.Escape(group.Key), $"{group.Count()}", Range(group, kernel => kernel.SubgroupSize),
                Range(group, kernel => kernel.Figures.Registers),
                $"{Text(group.Max(kernel => kernel.Figures.Stores))}/"
                + Text(group.Max(kernel => kernel.Figures.Reloads)),
                Text(group.Max(kernel => kernel.ScalarSpills)), Range(group, kernel => kernel.Figures.Occupancy),
                Range(group, kernel => kernel.Figures.Instructions), Range(group, kernel => kernel.Milliseconds),
                Range(group, "VALU"), Range(group, "SALU"),
                Range(group, kernel => kernel["VMEM"] + kernel["SMEM"]), Shares(group), Range(group, "Latency"),
                Range(group, "Inverse Throughput"));
        console.Write(table);
    }

    private static string Range(IEnumerable<CompiledKernel> kernels, string statistic) =>
        Range(kernels, kernel => kernel[statistic]);

    private static string Range(IEnumerable<CompiledKernel> kernels, Func<CompiledKernel, double> figure)
    {
        double[] figures = [.. kernels.Select(figure)];
        (double least, double most) = (figures.Min(), figures.Max());
        return least == most ? Text(most) : $"{Text(least)}-{Text(most)}";
    }

    private static string Shares(IEnumerable<CompiledKernel> kernels)
    {
        double[] shares =
            [.. kernels.Select(kernel => kernel.Loop).OfType<MainLoop>().Select(loop => 100 * loop.MultiplyAddShare)];
        return shares.Length == 0 ? "" : shares.Max() - shares.Min() < 1
            ? $"{shares.Max():F0} %" : $"{shares.Min():F0}-{shares.Max():F0} %";
    }

    private static string Text(double figure) => figure.ToString("F0", CultureInfo.InvariantCulture);
}
