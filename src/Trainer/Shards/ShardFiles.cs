using System.Globalization;
using System.Text.RegularExpressions;

namespace SoftPool.Trainer.Shards;

/// <summary>The names of the files of a part, in the folder of all: shard-3-of-16.json, .csv and .npy.</summary>
internal static partial class ShardFiles
{
    public static string Description(string folder, Shard shard) => Named(folder, shard, "json");

    public static string Table(string folder, Shard shard) => Named(folder, shard, "csv");

    public static string Values(string folder, Shard shard) => Named(folder, shard, "npy");

    /// <summary>The parts that a folder has descriptions of, in their order.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<ShardDescription> ReadDescriptions(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "shard-*-of-*.json").Where(path => Name().IsMatch(Path.GetFileName(path)))
            .Select(ShardDescription.Read).OrderBy(description => description.Shard),
    ];

    private static string Named(string folder, Shard shard, string ending) => Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"shard-{shard.Index}-of-{shard.Count}.{ending}"));

    [GeneratedRegex(@"^shard-\d+-of-\d+\.json$")]
    private static partial Regex Name();
}
