namespace SoftPool.Trainer.Data;

/// <summary>Where data comes from: what the option --data may say.</summary>
internal static class DatasetSource
{
    /// <summary>The value that asks for the set that the program draws itself; a folder of that name is
    /// ./procedural.</summary>
    public const string Procedural = "procedural";

    /// <summary>The value that asks for the published CIFAR-10; a folder of that name is ./cifar10.</summary>
    public const string Cifar10 = "cifar10";

    /// <summary>The part of the progress that finding out the pictures' size takes; decoding them takes the
    /// rest.</summary>
    private const double SizesShare = 0.1;

    /// <summary>The value of --data as it means the same from every folder.</summary>
    public static string Absolute(string data) => data is Procedural or Cifar10 ? data : Path.GetFullPath(data);

    /// <summary>Makes the data set that a value of --data asks for; cifar10 has been downloaded before.</summary>
    /// <param name="data">"procedural", or the path of a folder or archive: its content says what it is.</param>
    /// <param name="size">The size that the pictures of an image folder are read at; null leaves it to them.</param>
    /// <param name="resize">How the pictures of an image folder get that size; null to stretch them.</param>
    /// <param name="progress">Told the fraction done, in [0, 1] and rising.</param>
    /// <param name="cancel">Gives up between two files.</param>
    /// <exception cref="DatasetException">There is nothing at the path, or it cannot be read as a data set.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageDataset Load(
        string data, Size2d? size = null, Resize? resize = null, IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        if (data == Procedural)
            return OfOneSize(ProceduralImages.Create());
        using IEnumerator<DataFile> files = DataFile.Enumerate(data).GetEnumerator();
        var passed = new List<DataFile>();
        while (files.MoveNext())
        {
            cancel.ThrowIfCancellationRequested();
            passed.Add(files.Current);
            if (Cifar10Archive.Holds(files.Current))
                return OfOneSize(Cifar10Archive.Read(data, Watch(passed.Concat(files.Rest()), 0, 1)));
            if (ImageFolder.Holds(files.Current))
                break;
        }
        if (Cifar100.Is(passed))
            throw new DatasetException(
                $"{data} is CIFAR-100, which is not read; CIFAR-10 is, and so are images in "
                + "train/CLASS/ and test/CLASS/.");
        double begin = size is null ? SizesShare : 0;
        return ImageFolder.Read(
            data, Watch(passed.Concat(files.Rest()), 0, begin), Watch(DataFile.Enumerate(data), begin, 1), size,
            resize);

        ImageDataset OfOneSize(ImageDataset dataset) => size is null || size == dataset.Train.Size
            ? dataset
            : throw new DatasetException(
                $"{data} has images of {dataset.Train.Size.Height}x{dataset.Train.Size.Width}, and an image size is "
                + $"for image folders; got {size.Value.Height}x{size.Value.Width}.");

        IEnumerable<DataFile> Watch(IEnumerable<DataFile> watched, double from, double to)
        {
            int percent = (int)(100 * from) - 1;
            foreach (DataFile file in watched)
            {
                cancel.ThrowIfCancellationRequested();
                yield return file;
                int now = (int)(100 * (from + (to - from) * file.Progress));
                if (now > percent)
                    progress?.Report((percent = now) / 100.0);
            }
        }
    }
}
