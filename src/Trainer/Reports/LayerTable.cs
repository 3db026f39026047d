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
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            Layer layer = graph.Layers[i];
            table.AddRow(
                Markup.Escape(layer.Name), layer.Operator.GetType().Name, Markup.Escape(layer.Operator.Attributes),
                $"{graph.OutputShapeOf(i)}", $"{layer.Operator.Parameters.Sum(parameter => (long)parameter.Shape.Count):N0}");
        }
        console.MarkupLineInterpolated($"[bold]{graph.Name}[/], input {graph.InputShape}");
        console.Write(table);
        console.MarkupLineInterpolated(
            $"{graph.ParameterCount:N0} parameters, {graph.ParameterCount * sizeof(float) / 1048576.0:F1} MiB in fp32");
    }
}
