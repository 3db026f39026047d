using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>A run's report as one page.</summary>
internal static class ReportPage
{
    /// <param name="report">What to tell.</param>
    /// <param name="pictures">The pictures, by file name.</param>
    public static string Of(RunReport report, IReadOnlyDictionary<string, byte[]> pictures)
    {
        (RunDescription run, TrainingState state, Classification result) = (report.Run, report.State, report.Result);
        string accuracy = Percent(result.Accuracy);
        return HtmlPage.Of($"{run.Network} on {report.DataName}", Html.Of($"""
            <header>
            <h1>{run.Network} on {report.DataName}</h1>
            <p>Of {result.Count:N0} test images, {result.Right:N0} are answered right
            with the weights of epoch {report.BestEpoch.Epoch}, the best of the training on {ChosenOn(run)},
            evaluated in torch in fp32.</p>
            {HtmlPage.KeyFigures([
                ("test accuracy, fp32", accuracy),
                ("validation, last epoch", Percent(state.Epochs[^1].ValidationAccuracy)),
                ("parameters", $"{report.Model.Graph.ParameterCount:N0}"),
                ("epochs", RunProgress.Epochs(run, state)),
                ("time", Duration.Of(RunProgress.Duration(state))),
                ("training images/s", $"{RunProgress.ImagesPerSecond(state):F0}")])}
            </header>
            <section>
            <h2>Learning curves</h2>
            <div class="columns">
            {HtmlPage.Figure(pictures["loss.png"], LossAlt(state), LossCaption(run))}
            {HtmlPage.Figure(pictures["accuracy.png"], AccuracyAlt(state), AccuracyCaption(run))}
            </div>
            </section>
            <section>
            <h2>Predictions</h2>
            <p class="note">{report.Sheet.Places.Count} test images drawn at random, the same for every run. A wrong
            answer has a cross and a frame. The percentage is the softmax of the answer.</p>
            <div class="images">
            {report.Sheet.Places.Select(place => Image(report, place))}
            </div>
            </section>
            <section>
            <h2>Classes</h2>
            <div class="columns">
            {HtmlPage.Figure(pictures["confusion.png"], ConfusionAlt(result),
                "Confusion matrix: numbers of images, one row for each true class. The darker a cell, the larger its "
                + "share of the row.")}
            {HtmlPage.Figure(pictures["classes.png"], ClassesAlt(result),
                $"{ClassAccuracyPlot.TitleOf(result)}. Over all classes: {accuracy}.")}
            </div>
            {HtmlPage.Table(
                "Recall is the part of a class's images that is answered right; precision is the part of the answers "
                + "for a class that is right.",
                ["class", "images", "recall", "precision"], 1,
                result.Classes.Select(c => (string[])
                [
                    result.ClassNames[c], $"{result.CountOf(c):N0}",
                    Percent(result.RecallOf(c)), Percent(result.PrecisionOf(c)),
                ]))}
            </section>
            <section>
            <h2>Network</h2>
            {HtmlPage.Table(
                $"Layers of {run.Network}: {report.Model.Graph.ParameterCount:N0} parameters, "
                + LayerTable.Inputs(report.Model.Graph),
                ["layer", "operator", "attributes", "output", "parameters"], 3, LayerTable.Rows(report.Model.Graph))}
            </section>
            {Speeds(report)}
            <section>
            <h2>Recipe</h2>
            {HtmlPage.Facts(Recipe(run, state))}
            </section>
            """));
    }

    private static Html Image(RunReport report, int place)
    {
        bool right = report.Sheet.IsRight(place);
        (string answer, string truth) = (report.Sheet.AnswerTo(place), report.Sheet.TruthOf(place));
        string verdict = right ? "right" : "wrong";
        return Html.Of($"""
            <figure class="{verdict}"><img{(report.Sheet.IsCoarse ? Html.Of($" class=\"coarse\"") : default)}
            src="{Html.DataUri(report.Sheet.ImagePng(place))}"
            alt="Test image of {truth}, answered {answer}: {verdict}" />
            <figcaption><b>{(right ? "✓" : "✗")} {answer}</b>
            <span>truth: {truth}</span><span>{100 * report.Result.Confidences[place]:F0} % sure</span></figcaption>
            </figure>
            """);
    }

    private static Html Speeds(RunReport report) => report.Speeds.Count == 0 ? default : Html.Of($"""
        <section>
        <h2>Throughput</h2>
        <p class="note">{report.SpeedNote}</p>
        {HtmlPage.Table(
            "Inference in fp32, weights of this run, random images; medians of runs that alternated",
            ["runner", "batch", "ms", "images/s", "of torch"], 1,
            ThroughputTable.Rows(report.Speeds))}
        </section>
        """);

    private static IEnumerable<(string, string)> Recipe(RunDescription run, TrainingState state)
    {
        TrainingOptions options = run.Options;
        AugmentationOptions varied = options.Augmentation;
        string validation = run.ValidationImages is { } count ? $", {count:N0} validation" : "";
        yield return ("data",
            $"{run.DataName}: {run.TrainImages:N0} training{validation} and {run.TestImages:N0} test images");
        if (run.Preprocessing is { } preprocessing)
            yield return ("pictures", Words(preprocessing.Resize));
        if (run.FineTuning is { } tuning)
            yield return ("began with", Words(tuning));
        yield return ("best epoch", $"by the accuracy on {ChosenOn(run)}");
        yield return ("epochs",
            $"{RunProgress.Epochs(run, state)}, {state.Step:N0} steps of {options.BatchSize} images");
        yield return ("optimiser",
            $"Adam, learning rate {options.LearningRate:0.########}, L2 {options.WeightDecay:0.########}");
        yield return ("schedule", "cosine over all steps"
            + (options.WarmUpSteps > 0 ? $", after {options.WarmUpSteps} steps of warm-up" : "")
            + (run.LengthChangedAt is { } step
            ? $"; the first {step:N0} steps followed the cosine of another length" : ""));
        yield return ("loss", $"cross-entropy, label smoothing {options.LabelSmoothing:G4}");
        yield return ("augmentation", varied == AugmentationOptions.None
            ? "none"
            : $"brightness {varied.Brightness:G4}, contrast {varied.Contrast:G4}, saturation {varied.Saturation:G4}, "
            + $"mixup {varied.Mixup:G4}, crop scale {varied.CropScale:G4} to 1, flip {varied.Flip:G4}, rotation "
            + $"{varied.Rotation:G4}°");
        yield return ("precision", options.Precision.ToString().ToLowerInvariant());
        yield return ("seed", $"{options.Seed}");
        yield return ("hardware", run.Hardware);
        yield return ("software", run.Software);
        yield return ("began", $"{run.Started:yyyy-MM-dd HH:mm zzz}");
        yield return ("time",
            $"{Duration.Of(RunProgress.Duration(state))} for {state.Epochs.Count} epochs, validation included");
    }

    private static string Words(Resize resize)
    {
        string way = resize switch
        {
            CenterCrop crop => $"shorter edge to {crop.Size} pixels, then the centre",
            Letterbox box => $"whole, with a border of {box.Fill}",
            _ => "stretched",
        };
        return $"{way}, {resize.Interpolation.ToString().ToLowerInvariant()}"
            + (resize.Antialias ? "" : ", without antialias");
    }

    private static string Words(FineTuning tuning) =>
        $"{Path.GetFileName(tuning.Weights)}, sha256 {tuning.Sha256}"
        + (tuning.NewParameters.Count == 0 ? "" : $"; new: {FineTuning.Named(tuning.NewParameters)}"
            + (tuning.NewLearningRate is { } rate ? $", learning rate {rate:0.########}" : ""))
        + (tuning.Freeze.Count == 0 ? "" : $"; frozen: {string.Join(", ", tuning.Freeze)}");

    private static string ChosenOn(RunDescription run) => run.ValidationImages is { } count
        ? $"{count:N0} validation images"
        : "the test images, because there are no separate validation images";

    private static string LossCaption(RunDescription run) =>
        "Loss. The thin line shows single steps, every tenth or fewer. The validation loss is that of "
        + (run.ValidationImages is null ? "the test images" : "separate images, not the test images")
        + (run.Options.Augmentation == AugmentationOptions.None
            ? "." : "; the training loss is that of augmented images"
            + (run.Options.Augmentation.Mixup > 0 ? " and mixed targets." : "."));

    private static string AccuracyCaption(RunDescription run) =>
        "Accuracy. The training accuracy is counted during the epoch, with dropout"
        + (run.Options.Augmentation == AugmentationOptions.None ? "" : " and on augmented images")
        + (run.Options.Augmentation.Mixup > 0 ? "; for a mixed image, the class with the larger share is right." : ".");

    private static string LossAlt(TrainingState state) =>
        $"Line plot of the loss over {state.Epochs.Count} epochs: training from {state.Epochs[0].TrainLoss:F3} to "
        + $"{state.Epochs[^1].TrainLoss:F3}, validation from {state.Epochs[0].ValidationLoss:F3} to "
        + $"{state.Epochs[^1].ValidationLoss:F3}.";

    private static string AccuracyAlt(TrainingState state) =>
        $"Line plot of the accuracy over {state.Epochs.Count} epochs: training from "
        + $"{Percent(state.Epochs[0].TrainAccuracy)} to {Percent(state.Epochs[^1].TrainAccuracy)}, validation from "
        + $"{Percent(state.Epochs[0].ValidationAccuracy)} to {Percent(state.Epochs[^1].ValidationAccuracy)}.";

    private static string ConfusionAlt(Classification result) =>
        $"Confusion matrix of {result.ClassNames.Count} classes. "
        + (result.MostFrequentMistake is { } most
            ? $"The most frequent mistake: {most.Images:N0} images of {result.ClassNames[most.Label]} answered "
            + $"{result.ClassNames[most.Answer]}."
            : "Every answer is right.");

    private static string ClassesAlt(Classification result)
    {
        int[] known = [.. result.Classes.Where(c => result.CountOf(c) > 0).OrderBy(result.RecallOf)];
        return $"Bar plot of the accuracy of classes, from {Percent(result.RecallOf(known[0]))} for "
            + $"{result.ClassNames[known[0]]} to {Percent(result.RecallOf(known[^1]))} for "
            + $"{result.ClassNames[known[^1]]}. The table below has the numbers.";
    }

    private static string Percent(double share) => double.IsNaN(share) ? "–" : $"{100 * share:F1} %";
}
