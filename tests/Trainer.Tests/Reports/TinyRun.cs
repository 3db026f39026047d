using SoftPool.Operators;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Reports;

/// <summary>A run made by hand: a network that answers with the strongest of red, green and blue, and two
/// epochs.</summary>
internal static class TinyRun
{
    public static Model Model(params string[] classes) => Summing(channel => channel, classes);

    /// <summary>Each class sums the four pixels of its channel.</summary>
    private static Model Summing(Func<int, int> channelOf, string[] classes)
    {
        var graph =
            new ModelGraph("tiny", new TensorShape(3, 2, 2), [new("0", new Flatten()), new("1", new Linear(12, 3))]);
        float[] weight = [.. Enumerable.Range(0, 36).Select(i => channelOf(i / 12) == i % 12 / 4 ? 1f : 0f)];
        var weights = graph.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new Tensor(parameter.Shape, parameter.Shape.Rank == 2 ? weight : new float[3]));
        return new Model(graph, weights, classes, new Preprocessing([0, 0, 0], [1, 1, 1]));
    }

    public static RunDescription Description(string data = "somewhere", string dataName = "colours") => new()
    {
        Network = "tiny",
        Data = data,
        DataName = dataName,
        TrainImages = 40,
        TestImages = 3,
        Options = new TrainingOptions { Epochs = 3, BatchSize = 4 },
        Hardware = "CPU",
        Software = "none",
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero),
    };

    /// <summary>Two epochs of ten steps, the first the better one.</summary>
    public static TrainingState State() => new()
    {
        Step = 20,
        Epochs =
        [
            new EpochResult(1, 10, 1e-3, 2, 0.25, 1.5, 0.75, 100, 60),
            new EpochResult(2, 20, 1e-4, 1, 0.5, 1.25, 0.5, 200, 65),
        ],
        Losses = [new StepLoss(1, 3), new StepLoss(11, 1.5)],
    };

    public static ComparedRun Compared(string name, string dataName = "colours", params string[] classes) => new(
        name,
        new TrainingRecord(
            Description(dataName: dataName),
            classes.Length > 0 ? classes : ["red", "green", "blue"], Parameters: 39, State()),
        []);

    /// <summary>Writes the run's best checkpoint, and its last, whose channels are in the opposite order: it answers
    /// otherwise.</summary>
    public static void Write(string path, string data, TrainingState? state = null, params string[] classes)
    {
        if (classes.Length == 0)
            classes = ["blue", "green", "red"];
        state ??= State();
        var folder = new RunFolder(path);
        if (state.Epochs.Count > 0)
            folder.Write(new Checkpoint(
                Description(data), new TrainingState { Step = 10, Epochs = [state.Epochs[0]] }, Model(classes),
                new Dictionary<string, Tensor>()));
        folder.Write(new Checkpoint(
            Description(data), state, Summing(channel => 2 - channel, classes), new Dictionary<string, Tensor>()));
    }
}
