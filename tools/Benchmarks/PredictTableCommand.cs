using System.CommandLine;
using System.Globalization;

namespace SoftPool.Benchmarks;

/// <summary>Predictions of several GPUs as Markdown, beside what is aimed at.</summary>
internal static class PredictTableCommand
{
    /// <summary>Aimed at: milliseconds at batch 1, images a second at batch 64; by arithmetic.</summary>
    private static readonly (string Gpu, string Network, int Bits, double Milliseconds, double ImagesPerSecond)[] Aims =
    [
        ("H100", "alexnet-softpool", 32, 0.15, 60000), ("H100", "alexnet-softpool", 16, 0.10, 180000),
        ("H100", "resnet18", 32, 0.45, 10000), ("H100", "resnet18", 16, 0.30, 40000),
        ("RTX 4060", "alexnet-softpool", 32, 0.36, 14000), ("RTX 4060", "alexnet-softpool", 16, 0.22, 35000),
        ("RTX 4060", "resnet18", 32, 0.85, 2400), ("RTX 4060", "resnet18", 16, 0.50, 7000),
        ("Radeon 780M", "alexnet-softpool", 32, 1.0, 4500), ("Radeon 780M", "alexnet-softpool", 16, 0.6, 9000),
        ("Radeon 780M", "resnet18", 32, 2.3, 850), ("Radeon 780M", "resnet18", 16, 1.3, 1800),
        ("Intel Xe 96 EU", "alexnet-softpool", 32, 1.5, 2200), ("Intel Xe 96 EU", "alexnet-softpool", 16, 0.9, 4000),
        ("Intel Xe 96 EU", "resnet18", 32, 4.5, 350), ("Intel Xe 96 EU", "resnet18", 16, 2.8, 600),
        ("Adreno 750", "alexnet-softpool", 32, 2.0, 2000), ("Adreno 750", "alexnet-softpool", 16, 1.2, 3500),
        ("Adreno 750", "resnet18", 32, 6, 300), ("Adreno 750", "resnet18", 16, 3.5, 500),
    ];

    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "What predict --output wrote.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("predict-table", "Shows predictions as tables in Markdown.") { files };
        command.SetAction(parse =>
        {
            NetworkPrediction[] all = [.. parse.GetRequiredValue(files).SelectMany(file =>
                Json.Parse<NetworkPrediction[]>(File.ReadAllText(file), file))];
            PrintReached(all);
            PrintAll(all);
            PrintBounds(all);
        });
        return command;
    }

    private static void PrintReached(NetworkPrediction[] all)
    {
        Row("GPU", "network", "bits", "ms at batch 1", "aim", "images/s at batch 64", "aim", "reached");
        Row([.. Enumerable.Repeat("---", 8)]);
        foreach (var aim in Aims)
        {
            NetworkPrediction? one = Find(1), many = Find(64);
            if (one is not null && many is not null)
                Row(
                    aim.Gpu, aim.Network, $"{aim.Bits}", Text(one.Milliseconds, 2), Text(aim.Milliseconds, 2),
                    Text(many.ImagesPerSecond, 0), Text(aim.ImagesPerSecond, 0),
                    $"{Yes(one.Milliseconds <= aim.Milliseconds)} / "
                        + Yes(many.ImagesPerSecond >= aim.ImagesPerSecond));

            NetworkPrediction? Find(int batch) => all.FirstOrDefault(one => one.Gpu == aim.Gpu
                && one.Network == aim.Network && one.Bits == aim.Bits && one.Batch == batch);
        }
        Console.WriteLine();

        static string Yes(bool isReached) => isReached ? "yes" : "no";
    }

    private static void PrintAll(NetworkPrediction[] all)
    {
        Row("GPU", "network", "bits", "batch", "launches", "barriers", "ms", "images/s", "of what is allowed");
        Row([.. Enumerable.Repeat("---", 9)]);
        foreach (NetworkPrediction one in all)
            Row(
                one.Gpu, one.Network, $"{one.Bits}", $"{one.Batch}", $"{one.Launches.Length}", $"{one.Barriers}",
                Text(one.Milliseconds, 3), Text(one.ImagesPerSecond, 0), Text(100 * one.OfAllowed, 0) + " %");
        Console.WriteLine();
    }

    /// <summary>The kernels that take most of the time, at batch 1.</summary>
    private static void PrintBounds(NetworkPrediction[] all)
    {
        Row("GPU", "network", "bits", "kernels that take most of batch 1");
        Row([.. Enumerable.Repeat("---", 4)]);
        foreach (NetworkPrediction one in all.Where(one => one.Batch == 1))
            Row(one.Gpu, one.Network, $"{one.Bits}", string.Join(", ",
                one.Launches.GroupBy(launch => $"{launch.Kernel} ({launch.Bound})")
                    .Select(group => (group.Key, Time: group.Sum(launch => launch.Microseconds)))
                    .Append((
                        Key: "barriers",
                        Time: 1000 * one.Milliseconds - one.Launches.Sum(launch => launch.Microseconds)))
                    .OrderByDescending(group => group.Time).Take(5)
                    .Select(group => $"{group.Key} {Text(group.Time / 10 / one.Milliseconds, 0)} %")));
    }

    private static string Text(double figure, int digits) =>
        figure.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
