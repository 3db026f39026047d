using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>A network's layers with their shapes and numbers of parameters.</summary>
internal static class LayerTable
{
    public static void Print(ModelGraph graph, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("layer").AddColumn("operator").AddColumn("attributes")
            .AddColumn(new TableColumn("output (C x H x W)").RightAligned())
            .AddColumn(new TableColumn("parameters").RightAligned());
        foreach (string[] row in Rows(graph))
            table.AddRow([.. row.Select(ConsoleText.Escape)]);
        console.Line($"[bold]{graph.Name}[/], {Inputs(graph)}");
        console.Write(table);
        if (graph.Outputs.Count > 1)
            console.Line($"outputs {Outputs(graph)}");
        console.Line(
            $"{graph.ParameterCount:N0} parameters, {graph.ParameterCount * sizeof(float) / 1048576.0:F1} MiB in fp32");
    }

    /// <summary>"input 3x224x224", or "inputs left 3x8x6, vector 5".</summary>
    public static string Inputs(ModelGraph graph) => graph.Inputs is [var only]
        ? $"input {only.Shape}"
        : $"inputs {string.Join(", ", graph.Inputs.Select(input => $"{input.Name} {input.Shape}"))}";

    /// <summary>"10", or "boxes 4x8x8 of head.box, scores 10 of head.class".</summary>
    public static string Outputs(ModelGraph graph) => graph.Outputs is [var only]
        ? $"{only.Shape}"
        : string.Join(", ", graph.Outputs.Select(output => $"{output.Name} {output.Shape} of {output.Layer}"));

    /// <summary>A row a layer: its name, operator, attributes, output and number of parameters.</summary>
    public static IEnumerable<string[]> Rows(ModelGraph graph) => graph.Layers.Select((layer, i) => (string[])
        [layer.Name, layer.Operator.GetType().Name, layer.Operator.Attributes, $"{graph.OutputShapeOf(i)}",
            $"{layer.Operator.Parameters.Sum(parameter => (long)parameter.Shape.ElementCount):N0}"]);
}
