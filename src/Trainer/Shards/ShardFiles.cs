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

    /// <summary>The parts that a folder has tables of, in their order.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<(Shard Part, string Path)> Tables(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "shard-*-of-*.csv")
            .Select(path => (Match: TableName().Match(Path.GetFileName(path)), Path: path))
            .Where(table => table.Match.Success)
            .Select(table => (Part: new Shard(Number(table.Match, 1), Number(table.Match, 2)), table.Path))
            .OrderBy(table => table.Part.Count).ThenBy(table => table.Part.Index),
    ];

    private static int Number(Match match, int group) =>
        int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static string Named(string folder, Shard shard, string ending) => Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"shard-{shard.Index}-of-{shard.Count}.{ending}"));

    [GeneratedRegex(@"^shard-\d+-of-\d+\.json$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^shard-(\d{1,9})-of-(\d{1,9})\.csv$")]
    private static partial Regex TableName();
}
