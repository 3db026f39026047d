using SoftPool;
using SoftPool.GpuCheck;

// Finds out in some 25 minutes what a machine with a GPU can tell of the runtime; tools/gpu-check.sh makes the folder
// that it needs.
//   SoftPool.GpuCheck [--results FOLDER] [--device NAME] [--quick] [--steps NAME,NAME]
string[] valued = ["--results", "--device", "--steps", "--child"];
for (int i = 0; i < args.Length; i++)
    if (valued.Contains(args[i]) && i + 1 < args.Length)
        i++;
    else if (args[i] != "--quick")
        return Refuse(
            $"got '{args[i]}', expected [--results FOLDER] [--device NAME] [--quick] [--steps NAME,NAME ...]");

string? Option(string name)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

bool quick = args.Contains("--quick");
if (Option("--child") is { } child)
    return Children.Serve(child, Option("--device"), quick);
string folder = AppContext.BaseDirectory;
string results = Option("--results") ?? Path.Combine(Environment.CurrentDirectory, "gpu-check-results");
string[]? chosen = Option("--steps")?.Split(',');
if (chosen?.FirstOrDefault(name => Step.All.All(step => step.Name != name)) is { } unknown)
    return Refuse($"got the step '{unknown}', expected some of {string.Join(',', Step.All.Select(step => step.Name))}");
if (!Directory.Exists(Path.Combine(folder, "models")))
    return Refuse($"'{folder}' has no folder of models, expected one that tools/gpu-check.sh made");
try
{
    using var rows = new Rows(results);
    using var check = new Check(folder, Option("--device"), quick, rows);
    foreach (Step step in Step.All)
    {
        if (chosen?.Contains(step.Name) == false)
            continue;
        check.Begin(step);
        try
        {
            step.Run(check);
        }
        catch (Exception e) when (e is SoftPoolException or InvalidOperationException or IOException)
        {
            rows.Add(step.Name, "the step ended early", ("problem", $"{e.GetType().Name}: {e.Message}"));
        }
        if (check.IsOver)
            rows.Add(step.Name, "the step's time was over; it left something out");
        rows.WriteReport();
    }
    Console.WriteLine($"{Path.Combine(results, "report.html")} has {rows.All.Count} rows.");
    return rows.All.Any(row => (string?)row["problem"] is { Length: > 0 }) ? 1 : 0;
}
catch (Exception e) when (e is SoftPoolException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}

static int Refuse(string what)
{
    Console.Error.WriteLine($"error: {what}.");
    return 2;
}
