using System.Globalization;
using System.Text.Json;
using SoftPool.Files;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Training;

/// <summary>
/// What a training leaves in its folder: last.safetensors and best.safetensors, each a <see cref="Checkpoint"/>;
/// record.json, what is trained, how and how it goes (a <see cref="TrainingRecord"/>); history.csv, a line an epoch;
/// losses.csv, the steps' losses that are kept. The last three can leave the machine without the weights; the
/// checkpoints hold all of it too.
/// </summary>
internal sealed class RunFolder(string path)
{
    /// <summary>Where the folder is.</summary>
    public string Path { get; } = path;

    /// <summary>The path as a shell takes it: in quotes where it needs them.</summary>
    public string PathInShell
    {
        get
        {
            bool plain = Path.All(
                c => char.IsLetterOrDigit(c) || c == System.IO.Path.DirectorySeparatorChar
                    || "/.:_-".Contains(c, StringComparison.Ordinal));
            return plain ? Path : OperatingSystem.IsWindows()
                ? $"\"{Path}\"" : $"'{Path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        }
    }

    /// <summary>The checkpoint of the latest epoch, or of the moment of an interruption.</summary>
    public string LastPath => InFolder("last.safetensors");

    /// <summary>The checkpoint of the epoch with the best validation accuracy.</summary>
    public string BestPath => InFolder("best.safetensors");

    private string RecordPath => InFolder("record.json");

    /// <summary>Whether a training has left something here.</summary>
    public bool HasRun => HasLast || File.Exists(BestPath) || File.Exists(RecordPath);

    /// <summary>Whether the latest checkpoint is here, so that the training can go on.</summary>
    public bool HasLast => File.Exists(LastPath);

    /// <summary>Whether any checkpoint is here.</summary>
    public bool HasCheckpoint => HasLast || File.Exists(BestPath);

    /// <summary>Reads the latest checkpoint that is here: a kill at the end of the first epoch can leave the best
    /// alone.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    /// <exception cref="ModelFormatException">It is damaged.</exception>
    public Checkpoint ReadLatest() => HasLast ? ReadLast() : ReadBest();

    /// <summary>Reads the latest checkpoint.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    /// <exception cref="ModelFormatException">It is damaged.</exception>
    public Checkpoint ReadLast() => Read(LastPath);

    /// <summary>Reads the best epoch's checkpoint; the latest where no epoch was finished yet.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    /// <exception cref="ModelFormatException">It is damaged.</exception>
    public Checkpoint ReadBest() => Read(FileOfBest());

    /// <summary>The file that <see cref="ReadBest"/> reads.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public string FileOfBest() => Existing(File.Exists(BestPath) ? BestPath : LastPath);

    /// <summary>Reads what is known of the training: from its latest checkpoint, or where that is gone, from the
    /// record.</summary>
    /// <exception cref="UserErrorException">There is neither, or the record is damaged.</exception>
    /// <exception cref="ModelFormatException">The checkpoint is damaged.</exception>
    public TrainingRecord ReadRecord()
    {
        if (HasLast || !File.Exists(RecordPath))
            return TrainingRecord.Of(ReadLast());
        try
        {
            return TrainingRecord.FromJson(RegularFile.ReadAllText(RecordPath));
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{RecordPath} is not the record of a training: {e.Message}");
        }
    }

    /// <summary>Finds out whether files can be written here, before there is anything to lose; leaves nothing
    /// behind.</summary>
    /// <exception cref="UserErrorException">They cannot.</exception>
    public void CheckWritable()
    {
        var missing = new List<string>(); // The innermost first.
        for (string? folder = System.IO.Path.GetFullPath(Path);
            folder is not null && !Directory.Exists(folder);
            folder = System.IO.Path.GetDirectoryName(folder))
            missing.Add(folder);
        try
        {
            Directory.CreateDirectory(Path);
            File.Create(InFolder(System.IO.Path.GetRandomFileName()), bufferSize: 1, FileOptions.DeleteOnClose)
                .Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"A training needs a folder to write to; {Path} cannot be used: {e.Message}");
        }
        finally
        {
            foreach (string folder in missing.Where(Directory.Exists))
                Directory.Delete(folder);
        }
    }

    /// <summary>Keeps a checkpoint as the latest, and as the best where its latest epoch is.</summary>
    public void Write(Checkpoint checkpoint)
    {
        Directory.CreateDirectory(Path);
        TrainingState state = checkpoint.State;
        // The best first: killed between the two, a resumption comes to the same epoch and writes the same again.
        if (state.Best is { } best && best.Step == state.Step && state.EpochSteps == 0)
            checkpoint.Write(BestPath);
        checkpoint.Write(LastPath);
        // What a training that this one replaces has left is not this one's best.
        if (state.Best is null)
            File.Delete(BestPath);
        WriteLines(RecordPath, [TrainingRecord.Of(checkpoint).ToJson()]);
        WriteCsv("history.csv",
            "epoch,step,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,images_per_second,"
            + "seconds",
            state.Epochs.Select(epoch => string.Create(
                CultureInfo.InvariantCulture,
                $"{epoch.Epoch},{epoch.Step},{epoch.LearningRate:G6},{epoch.TrainLoss:G6},{epoch.TrainAccuracy:F4},"
                + $"{epoch.ValidationLoss:G6},{epoch.ValidationAccuracy:F4},{epoch.ImagesPerSecond:F1},"
                + $"{epoch.Seconds:F1}")));
        WriteCsv("losses.csv", "step,loss", state.Losses.Select(loss => string.Create(
            CultureInfo.InvariantCulture, $"{loss.Step},{loss.Loss:G6}")));
    }

    private static Checkpoint Read(string file) => Checkpoint.Read(Existing(file));

    private static string Existing(string file) => File.Exists(file)
        ? file
        : throw new UserErrorException(
            $"There is no training in {System.IO.Path.GetDirectoryName(file)}: no {System.IO.Path.GetFileName(file)}.");

    private void WriteCsv(string name, string header, IEnumerable<string> lines) =>
        WriteLines(InFolder(name), lines.Prepend(header));

    private static void WriteLines(string path, IEnumerable<string> lines) => WholeFile.Write(path, file =>
    {
        using var writer = new StreamWriter(file, leaveOpen: true);
        foreach (string line in lines)
            writer.WriteLine(line);
    });

    private string InFolder(string name) => System.IO.Path.Combine(Path, name);
}
