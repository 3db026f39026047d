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
        console.Line($"[bold]{graph.Name}[/], input {graph.InputShape}");
        console.Write(table);
        console.Line(
            $"{graph.ParameterCount:N0} parameters, {graph.ParameterCount * sizeof(float) / 1048576.0:F1} MiB in fp32");
    }

    /// <summary>A row a layer: its name, operator, attributes, output and number of parameters.</summary>
    public static IEnumerable<string[]> Rows(ModelGraph graph) => graph.Layers.Select((layer, i) => (string[])
        [layer.Name, layer.Operator.GetType().Name, layer.Operator.Attributes, $"{graph.OutputShapeOf(i)}",
            $"{layer.Operator.Parameters.Sum(parameter => (long)parameter.Shape.ElementCount):N0}"]);
}
