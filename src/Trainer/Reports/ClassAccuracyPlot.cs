using ScottPlot;
using ScottPlot.TickGenerators;

namespace SoftPool.Trainer.Reports;

/// <summary>The part of each class's images that were answered right, as bars from top to bottom.</summary>
internal static class ClassAccuracyPlot
{
    private const int PerClass = 30, Around = 110;

    public static byte[] Draw(Classification result)
    {
        using Plot plot = Plots.Create("Accuracy of each class", "images of the class answered right", "");
        Bar[] bars = [.. result.Classes.Select(label => new Bar
        {
            Position = -label,
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
            [.. result.Classes.Select(label => (double)-label)], [.. result.ClassNames.Select(name => Short(name))]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.InPercent();
        // Room for the label of a full bar.
        plot.Axes.SetLimits(0, 1.18, -result.ClassNames.Count + 0.4, 0.6);
        plot.Grid.YAxisStyle.IsVisible = false;
        return plot.ToPng(Around + PerClass * result.ClassNames.Count);
    }

    private static string Short(string name) => name.Length <= 24 ? name : $"{name[..23]}…";
}
