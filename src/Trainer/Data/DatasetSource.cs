namespace SoftPool.Trainer.Data;

/// <summary>Where data comes from: what the option --data may say.</summary>
internal static class DatasetSource
{
    /// <summary>The value that asks for the set that the program draws itself; a folder of that name is ./procedural.</summary>
    public const string Procedural = "procedural";

    /// <summary>Makes the data set that a value of --data asks for.</summary>
    /// <param name="data">"procedural", or the path of an image folder or of an archive of one.</param>
    /// <param name="size">The height and width of the images; null to leave it to the data.</param>
    /// <param name="progress">Told the fraction done, in [0, 1].</param>
    /// <exception cref="DatasetException">There is nothing at the path, or it cannot be read as a data set.</exception>
    public static ImageDataset Load(string data, Size2d? size = null, IProgress<double>? progress = null) =>
        data == Procedural ? ProceduralImages.Create() : ImageFolder.Read(data, size, progress);
}
