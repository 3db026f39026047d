using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>Several runs on one page.</summary>
internal static class ComparePage
{
    /// <param name="comparison">The runs.</param>
    /// <param name="curves">Their validation accuracies over epochs, as PNG.</param>
    /// <param name="speedNote">What one should know about the speeds; empty where they were not measured.</param>
    public static string Of(Comparison comparison, byte[] curves, string speedNote)
    {
        IReadOnlyList<ComparedRun> runs = comparison.Runs;
        ComparedRun best = runs.MaxBy(run => run.State.Best!.ValidationAccuracy)!;
        string? warning = ComparedRun.Warning(runs);
        return HtmlPage.Of($"{runs.Count} runs compared", Html.Of($"""
            <header>
            <h1>{runs.Count} runs compared</h1>
            {(warning is null
                ? Html.Of($"""
                    <p>On {Validation(runs[0].Run)} of {runs[0].Run.DataName}, {best.Name} reaches the highest
                    validation accuracy: {100 * best.State.Best!.ValidationAccuracy:F1} % in
                    epoch {best.State.Best!.Epoch}.</p>
                    """)
                : Html.Of($"""<p class="warning" role="note"><b>Warning.</b> {warning}</p>"""))}
            </header>
            <section>
            <h2>Validation accuracy</h2>
            {HtmlPage.Figure(curves, Alt(runs), "Validation accuracy over epochs, in each run's own precision.")}
            </section>
            <section>
            <h2>Figures</h2>
            {HtmlPage.Table(
                "Train accuracy is that of the last epoch, counted during training on augmented images; speeds are in "
                + "images per second",
                comparison.Columns, 1, comparison.Rows)}
            <p class="note">{speedNote}</p>
            </section>
            """));
    }

    private static string Validation(RunDescription run) => run.ValidationImages is { } count
        ? $"{count:N0} validation images"
        : $"{run.TestImages:N0} test images";

    private static string Alt(IReadOnlyList<ComparedRun> runs) =>
        "Line plot of the validation accuracy over epochs. At the end: " + string.Join(", ", runs.Select(run =>
            $"{run.Name} {100 * run.State.Epochs[^1].ValidationAccuracy:F1} % after {run.State.Epochs.Count} epochs"))
                + ".";
}
