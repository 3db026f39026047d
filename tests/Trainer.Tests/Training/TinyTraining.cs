using SoftPool.Operators;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

/// <summary>A network and images so small that a test can train it many times.</summary>
internal static class TinyTraining
{
    public static readonly ModelGraph TinyGraph = new("tiny", new TensorShape(3, 12, 10),
    [
        new("features.0", new Conv2d(3, 8, 3, 1, 1)),
        new("features.1", new ReLU()),
        new("features.2", new Operators.SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeighting.PerChannel)),
        new("flatten", new Flatten()),
        new("classifier.0", new Dropout(0.25)),
        new("classifier.1", new Linear(160, 2)),
    ]);

    public static readonly TrainingOptions Options = new()
    {
        Steps = 20,
        BatchSize = 8,
        LearningRate = 0.01,
        Device = "cpu",
        Threads = 2,
        Augmentation = new AugmentationOptions { Mixup = 0, Brightness = 0.1, Rotation = 10, CropScale = 0.8 },
    };

    public static readonly string[] Classes = ["dark", "bright"];

    public static TrainingLoop Loop(TrainingOptions options) =>
        new(TinyGraph, Preprocessing.ImageNet, Images(), options);

    public static double[] Steps(TrainingLoop loop)
    {
        var losses = new List<double>();
        while (loop.State.Step < loop.Steps)
            losses.Add(loop.Next().Loss);
        return [.. losses];
    }

    public static (double[] Losses, Evaluation Evaluation) Losses(TrainingOptions options)
    {
        using TrainingLoop loop = Loop(options);
        return (Steps(loop), loop.Evaluate(Images()));
    }

    public static RunDescription Run(TrainingOptions options) => RunDescription.Of(
        "tiny", "noise", new ImageDataset("noise", Classes, Images(), Images()), options);

    /// <summary>All images as a training without augmentation takes them, and their labels.</summary>
    public static (torch.Tensor Inputs, torch.Tensor Labels) Preprocessed(ImageSet images)
    {
        ImageBatch all = ImageBatch.Of(images, Enumerable.Range(0, images.Count).ToArray());
        using var unchanged = new BatchAugmentation(
            AugmentationOptions.None, Preprocessing.ImageNet, images.Size,
            new Size2d(TinyGraph.InputShape[1], TinyGraph.InputShape[2]),
            Classes.Length, torch.CPU);
        return (unchanged.Apply(all.Pixels, all.Labels, seed: 0, step: 0, torch.float32).Images, all.Labels);
    }

    /// <summary>Noise, dark for one class and bright for the other.</summary>
    public static ImageSet Images()
    {
        var random = new Random(1);
        var pixels = new byte[44 * 3 * 9 * 11];
        int[] labels = [.. Enumerable.Range(0, 44).Select(i => i % 2)];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(random.Next(160) + 90 * labels[i / (3 * 9 * 11)]);
        return new ImageSet(new Size2d(9, 11), pixels, labels);
    }
}
