using ScottPlot;
using ScottPlot.TickGenerators;

namespace SoftPool.Trainer.Reports;

/// <summary>The part of each class's images that were answered right, as bars from top to bottom.</summary>
internal static class ClassAccuracyPlot
{
    private const int PerClass = 30, Around = 110, Most = 100;

    /// <summary>What the plot shows: every class, or of very many those that are answered worst.</summary>
    public static string TitleOf(Classification result) => result.ClassNames.Count <= Most
        ? "Accuracy of each class" : $"Accuracy of the {Most} classes with the lowest";

    public static byte[] Draw(Classification result)
    {
        // Classes without images have no accuracy, and so not the lowest.
        int[] shown =
        [
            .. result.Classes.OrderBy(label => double.IsNaN(result.RecallOf(label)) ? 1 : result.RecallOf(label))
                .Take(Most).Order(),
        ];
        IReadOnlyList<string> names = result.ShortNames;
        using Plot plot = Plots.Create(TitleOf(result), "images of the class answered right", "", names);
        Bar[] bars = [.. shown.Select((label, row) => new Bar
        {
            Position = -row,
            Value = double.IsNaN(result.RecallOf(label)) ? 0 : result.RecallOf(label),
            Orientation = Orientation.Horizontal,
            FillColor = Plots.Colors[0],
            LineWidth = 0,
            Size = 0.7,
            Label = double.IsNaN(result.RecallOf(label)) ? "no images" : $"{100 * result.RecallOf(label):0.0} %",
        })];
        var added = plot.Add.Bars(bars);
        added.ValueLabelStyle.FontSize = 14;
        added.ValueLabelStyle.FontName = PictureFont.Name;
        added.ValueLabelStyle.Bold = false;
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. shown.Select((_, row) => (double)-row)], [.. shown.Select(label => names[label])]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.InPercent();
        // Room for the label of a full bar.
        plot.Axes.SetLimits(0, 1.18, -shown.Length + 0.4, 0.6);
        plot.Grid.YAxisStyle.IsVisible = false;
        return plot.ToPng(Around + PerClass * shown.Length);
    }
}
