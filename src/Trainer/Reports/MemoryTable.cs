using System.Globalization;
using SoftPool.Graph;
using SoftPool.Kernels;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>The device memory that a session of a network takes.</summary>
internal static class MemoryTable
{
    /// <summary>The largest alignment of storage buffers that a Vulkan device may ask for, in bytes.</summary>
    public const long Alignment = 256;

    /// <summary>Prints what is stored as 32-bit floats takes, and what is stored as 16-bit ones.</summary>
    public static void Print(ModelGraph graph, int batch, IAnsiConsole console)
    {
        Print(graph, new PlanOptions(batch), "fp32", console);
        Print(graph, new PlanOptions(batch) { Fp16 = true }, "fp16", console);
    }

    private static void Print(ModelGraph graph, PlanOptions options, string storage, IAnsiConsole console)
    {
        // Planning asks for no weights: only packing them for a device would.
        ExecutionPlan plan = ExecutionPlan.Create(
            graph, name => throw new InvalidOperationException($"Planning asked for {name}."), options);
        var arena = new ArenaPlan(plan, Alignment, keepLayerOutputs: false);
        // Launches of the parts of a batch share them.
        long packed = plan.Launches.SelectMany(dispatch => dispatch.Operands).OfType<Constant>()
            .DistinctBy(constant => constant.Key)
            .Sum(constant => Division.Align(constant.ByteCount, Alignment));

        console.Line($"[bold]device memory[/] in {storage} at batch {options.Batch}");
        Row("activations, one arena", arena.ByteCount, "memory that is no longer needed is reused");
        Row("  alive at once, at most", arena.LowerBound, string.Create(
            CultureInfo.InvariantCulture,
            $"the arena takes {(double)arena.ByteCount / arena.LowerBound:F3} times this lower bound"));
        Row("weights, packed", packed,
            $"{Mebibytes(graph.Parameters.Sum(parameter => 4L * parameter.Shape.ElementCount))} in the file");

        void Row(string what, long bytes, string note) => console.Line(
            $"  {what,-24}{Mebibytes(bytes),12}   {note}");
    }

    private static string Mebibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F2} MiB");
}
