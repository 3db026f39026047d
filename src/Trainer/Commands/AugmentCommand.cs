using System.CommandLine;
using SoftPool.Torch;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using Spectre.Console;
using TorchSharp;

namespace SoftPool.Trainer.Commands;

/// <summary>Shows what augmentation makes of the training images, as a sheet to look at.</summary>
internal static class AugmentCommand
{
    /// <summary>Pixel values as they are, 0 to 255.</summary>
    private static readonly Preprocessing Bytes = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    /// <summary>All are computed in one batch, at half a megabyte each and several times that in between.</summary>
    private const int MostImages = 400, MostVariations = 100;

    public static Command Create()
    {
        Option<string> data = SharedOptions.Data;
        Option<Size2d?> imageSize = SharedOptions.ImageSize;
        var preview = new Option<string>("--preview")
        {
            Description = "The PNG file to write: one row for each class, at most 400 images; an image as it is "
                + "evaluated, then its variations.",
            DefaultValueFactory = _ => "augmentation.png",
        };
        Option<int> variations = SharedOptions.Positive("--variations", "The number of variations of each image.", 8);
        var seed = new Option<int>("--seed") { Description = "Seeds the variations.", DefaultValueFactory = _ => 42 };
        var arguments = new AugmentationArguments();
        var command = new Command("augment", "Writes a sheet of augmented training images.")
        {
            data, imageSize, preview, variations, seed,
        };
        arguments.AddTo(command);
        command.SetAction(parse => Execute(
            parse.GetRequiredValue(data), parse.GetValue(imageSize),
            parse.GetRequiredValue(preview), parse.GetValue(variations),
            parse.GetValue(seed), arguments.Read(parse)));
        return command;
    }

    private static void Execute(
        string data, Size2d? imageSize, string path, int variations, int seed, AugmentationOptions options)
    {
        options.Check();
        if (variations > MostVariations)
            throw new UserErrorException(
                $"--variations takes a whole number from 1 to {MostVariations}; got {variations}.");
        ImageDataset dataset = Datasets.Load(data, imageSize);
        ImageSet set = dataset.Train;
        int[] labels = set.Labels.ToArray();
        // One image of each class, then the same again: neighbours, which mixup mixes, are of different classes.
        int[] classes = [.. Enumerable.Range(0, Math.Min(dataset.ClassNames.Count, MostImages / (variations + 1)))];
        int[] originals = [.. classes.Select(label => Array.IndexOf(labels, label))];
        int[] places = [.. Enumerable.Range(0, variations).SelectMany(_ => originals)];

        using var scope = torch.NewDisposeScope();
        Size2d size = NetworkCatalog.DefaultInputSize;
        using var evaluation = new ImagePreprocessing(Bytes, set.Size, size, torch.CPU);
        using var augmentation = new BatchAugmentation(
            options, Bytes, set.Size, size, dataset.ClassNames.Count, torch.CPU);
        ImageBatch batch = ImageBatch.Of(set, places);
        (torch.Tensor varied, _) = augmentation.Apply(batch.Pixels, batch.Labels, seed, step: 0, torch.float32);
        using Scalar white = 255;
        torch.Tensor all = torch.cat([evaluation.Apply(ImageBatch.Of(set, originals).Pixels), varied])
            .round().clamp(Scalars.Zero, white).to(torch.uint8).contiguous();
        var sheet = new ImageSet(
            size, all.bytes.ToArray(), [.. Enumerable.Repeat(classes, variations + 1).SelectMany(x => x)]);
        PictureSheet.Write(path, sheet, [.. dataset.ClassNames.Take(classes.Length)], columns: variations + 1, zoom: 1);
        ConsoleText.Line($"{path}: {classes.Length} images of {dataset.Name} and {variations} variations of each");
        if (options.Mixup > 0)
            AnsiConsole.MarkupLine("mixup mixes each image with the image above it, the first with the last, and "
                + "their labels by the same share");
    }
}
