using ScottPlot;
using ScottPlot.TickGenerators;

namespace SoftPool.Trainer.Reports;

/// <summary>What all plots have in common: size, typeface, colours. They are made twice as large as they are shown, to
/// be sharp on any screen, and narrow enough that their labels can be read on a telephone.</summary>
internal static class Plots
{
    private const int Width = 500, Scale = 2;
    private const float TextSize = 14;

    /// <summary>Colours that people with any colour vision can tell apart (Okabe and Ito).</summary>
    public static IReadOnlyList<Color> Colors { get; } =
        [.. new[] { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000" }.Select(
            Color.FromHex)];

    /// <summary>The marks beside colours, so that lines differ without them.</summary>
    public static IReadOnlyList<MarkerShape> Markers { get; } =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond,
            MarkerShape.FilledTriangleDown, MarkerShape.OpenCircle, MarkerShape.OpenSquare];

    /// <param name="title">What stands above it.</param>
    /// <param name="x">What stands below it.</param>
    /// <param name="y">What stands beside it.</param>
    /// <param name="names">Names in it that somebody else gave, which may need another typeface.</param>
    public static Plot Create(string title, string x, string y, IEnumerable<string>? names = null)
    {
        PictureFont.UseInPlots();
        var plot = new Plot { ScaleFactor = Scale };
        plot.Title(title, TextSize + 2);
        plot.XLabel(x, TextSize);
        plot.YLabel(y, TextSize);
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.TickLabelStyle.FontSize = TextSize;
            axis.Label.Bold = false;
        }
        plot.Axes.Title.Label.Bold = false;
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Grid.MajorLineColor = Color.FromHex("#E4E7EB");
        plot.Legend.FontSize = TextSize;
        plot.Legend.ShadowColor = Color.FromARGB(0);
        plot.Font.Set(PictureFont.NameFor(names ?? []));
        return plot;
    }

    /// <summary>Labels an axis of shares in per cent.</summary>
    public static void InPercent(this IAxis axis) => axis.TickGenerator = new NumericAutomatic
    {
        LabelFormatter = share => share is >= -1e-9 and <= 1 + 1e-9 ? $"{share * 100:0.##} %" : "",
    };

    /// <summary>A line through the points, with marks where they are few enough.</summary>
    public static void AddLine(this Plot plot, IEnumerable<(double X, double Y)> points, int style, string legend)
    {
        (double X, double Y)[] all = [.. points];
        var line = plot.Add.Scatter(all.Select(point => point.X).ToArray(), all.Select(point => point.Y).ToArray());
        line.LegendText = legend;
        line.Color = Colors[style % Colors.Count];
        line.LineWidth = 2;
        line.MarkerShape = Markers[style % Markers.Count];
        line.MarkerSize = all.Length <= 60 ? 7 : 0;
    }

    /// <summary>A legend below the plot, where it hides nothing.</summary>
    public static void AddLegend(this Plot plot)
    {
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.OutlineWidth = 0;
        plot.ShowLegend(Edge.Bottom);
    }

    /// <summary>The plot as PNG, shown in the given height.</summary>
    public static byte[] ToPng(this Plot plot, int height = 380) =>
        plot.GetImage(Width * Scale, height * Scale).GetImageBytes(ImageFormat.Png, 100);
}
