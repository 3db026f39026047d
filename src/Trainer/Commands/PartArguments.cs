using System.CommandLine;
using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Commands;

/// <summary>What a command that goes through a test set takes, so that several processes can share the work.</summary>
internal sealed class PartArguments
{
    private readonly Option<string?> _shard = SharedOptions.Shard("test images");

    private readonly Option<string?> _parts = new("--parts")
    {
        Description = "In place of computing: the folder into which the processes have written their parts. They have to "
            + "be whole and of the same thing.",
    };

    public void AddTo(Command command)
    {
        command.Add(_shard);
        command.Add(_parts);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_shard) is not null && result.GetValue(_parts) is not null)
                result.AddError("--shard computes a part, and --parts reads all: give one of them.");
        });
    }

    /// <summary>The folder of parts to read; null to compute.</summary>
    public string? Folder(ParseResult parse) => parse.GetValue(_parts);

    /// <summary>The part to compute.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="images">The images of all parts.</param>
    public (Shard Part, string Source) Part(ParseResult parse, int images) =>
        Shard.Choose(parse.GetValue(_shard), Environment.GetEnvironmentVariable, images);

    /// <summary>Says which part is computed, and where it goes.</summary>
    /// <returns>The file of the part.</returns>
    public static string Begin(string folder, Shard part, string source, int images)
    {
        Directory.CreateDirectory(folder);
        ConsoleText.Line($"part {part} ({source}): {part.CountOf(images):N0} of {images:N0} images");
        return ShardFiles.Table(folder, part);
    }
}
