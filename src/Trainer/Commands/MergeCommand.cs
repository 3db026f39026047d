using System.CommandLine;
using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Commands;

/// <summary>Makes one file of the parts of a batch run.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "The folder into which 'run --list' wrote all parts.",
        };
        var output = new Option<string[]>("--output", "-o")
        {
            Description = "The files to write: .csv and .parquet have a row for each picture, .npy has the output's "
                + "values.",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command(
            "merge", "Makes one file of the parts of a batch run, if all are there, complete and of one run.")
        {
            folder, output,
        };
        command.SetAction(parse => Execute(parse.GetRequiredValue(folder), parse.GetRequiredValue(output)));
        return command;
    }

    private static void Execute(string folder, string[] outputs)
    {
        foreach (string path in outputs)
        {
            ShardMerge.CheckEnding(path);
            OutputFile.Check(path);
        }
        ShardMerge merge = ShardMerge.Open(folder);
        foreach (string path in outputs)
        {
            merge.Write(path);
            ConsoleText.Line($"{path}: {merge.Pictures:N0} pictures of {merge.Parts} parts");
        }
        if (merge.Errors > 0)
            ConsoleText.Line($"{merge.Errors:N0} of them could not be read: the column error says why");
    }
}
