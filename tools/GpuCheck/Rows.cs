using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SoftPool.GpuCheck;

/// <summary>The rows of all steps, each in the file as soon as it is there: a run that is cut keeps what it
/// has.</summary>
internal sealed class Rows : IDisposable
{
    private readonly StreamWriter _file;
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly string _folder;

    public Rows(string folder)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
        _file = new StreamWriter(Path.Combine(folder, "rows.jsonl"), append: false);
    }

    public List<JsonObject> All { get; } = [];

    /// <summary>Adds a row.</summary>
    /// <param name="step">The step that found it out.</param>
    /// <param name="what">What it is about.</param>
    /// <param name="values">What was found out.</param>
    public void Add(string step, string what, params ReadOnlySpan<(string Name, JsonNode? Value)> values)
    {
        var row = new JsonObject
        {
            ["step"] = step,
            ["seconds"] = Math.Round(Stopwatch.GetElapsedTime(_begin).TotalSeconds, 1),
            ["what"] = what,
        };
        foreach ((string name, JsonNode? value) in values)
            row[name] = value;
        All.Add(row);
        string line = row.ToJsonString();
        _file.WriteLine(line);
        _file.Flush();
        Console.WriteLine(line.Length <= 160 ? line : line[..157] + "...");
    }

    /// <summary>Writes the page anew.</summary>
    public void WriteReport() => Report.Write(Path.Combine(_folder, "report.html"), All);

    public void Dispose() => _file.Dispose();
}
