using System.CommandLine;

namespace SoftPool.Benchmarks;

/// <summary>Summaries of several compilers as one table, in Markdown.</summary>
internal static class KernelsTableCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "What kernels --summary wrote.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command =
            new Command("kernels-table", "Shows what several compilers make of the kernels as a table in Markdown.")
            {
                files,
            };
        command.SetAction(parse => Print(parse.GetRequiredValue(files)));
        return command;
    }

    private static void Print(string[] files)
    {
        (string Name, KernelsSummary Summary)[] compilers =
        [
            .. files.Select(file =>
                (Path.GetFileNameWithoutExtension(file), Json.Parse<KernelsSummary>(File.ReadAllText(file), file))),
        ];
        Row(["GPU", "driver", "pipelines", "that spill", "most stores + reloads", "of the kernel"]);
        Row(Enumerable.Repeat("---", 6));
        foreach ((string name, KernelsSummary summary) in compilers)
        {
            KernelsSummary.Row worst = summary.Kernels.MaxBy(kernel => kernel.Stores + kernel.Reloads)!;
            Row([
                name, summary.Driver, $"{summary.Kernels.Sum(kernel => kernel.Pipelines)}",
                $"{summary.Kernels.Sum(kernel => kernel.Spilling)}", $"{worst.Stores} + {worst.Reloads}",
                worst.Spilling > 0 ? worst.Kernel : "",
            ]);
        }
        Console.WriteLine();

        Row(["kernel", .. compilers.Select(compiler => compiler.Name)]);
        Row(Enumerable.Repeat("---", 1 + compilers.Length));
        foreach (string kernel in
            compilers.SelectMany(compiler => compiler.Summary.Kernels).Select(row => row.Kernel).Distinct().Order())
            Row([
                kernel,
                .. compilers.Select(compiler => compiler.Summary.Kernels.FirstOrDefault(row => row.Kernel == kernel))
                    .Select(row => row is null ? ""
                        : $"{row.Registers} / {row.Occupancy} / "
                        + $"{(row.Spilling > 0 ? $"**{row.Stores}+{row.Reloads}**" : "0")} / "
                        + $"{row.Instructions}{(row.MultiplyAddPercent is { } share ? $" / {share} %" : "")}"),
            ]);
    }

    private static void Row(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
