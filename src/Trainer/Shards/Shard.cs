using System.Globalization;
using System.Text.RegularExpressions;
using SoftPool.Trainer.Distributed;

namespace SoftPool.Trainer.Shards;

/// <summary>One of the equal parts of a list of pictures: of n parts, part i has the pictures i, i + n, i + 2n, and so
/// on.</summary>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">How many parts the list has.</param>
internal readonly partial record struct Shard(int Index, int Count)
{
    /// <summary>The whole list.</summary>
    public static readonly Shard Whole = new(0, 1);

    /// <summary>Whether a picture is in this part.</summary>
    /// <param name="picture">The picture's place in the list, from 0.</param>
    public bool Has(int picture) => picture % Count == Index;

    /// <summary>The place in the list of the part's k-th picture.</summary>
    public int PictureAt(int k) => Index + k * Count;

    /// <summary>How many pictures of a list the part has.</summary>
    /// <param name="pictures">The pictures of the whole list.</param>
    public int CountOf(int pictures) => (pictures - Index + Count - 1) / Count;

    /// <summary>The places in a list of all pictures of the part.</summary>
    /// <param name="pictures">The pictures of the whole list.</param>
    public IEnumerable<int> PlacesIn(int pictures) => Enumerable.Range(0, CountOf(pictures)).Select(PictureAt);

    /// <summary>Which part a process computes: what the user gave, else what its launcher says, else all.</summary>
    /// <param name="given">"i/n", or "n" where a launcher gives i; null where the user gave nothing.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>The part, and what said so.</returns>
    /// <exception cref="UserErrorException">The text is no part, or the launcher's variables do not go with
    /// it.</exception>
    public static (Shard Shard, string Source) Choose(string? given, Func<string, string?> variable)
    {
        if (given is not null && IndexAndCount().Match(given) is { Success: true } match)
        {
            if (Number(match.Groups[1].Value) is { } index && Number(match.Groups[2].Value) is { } parts
                && index < parts)
                return (new Shard(index, parts), "--shard");
            throw new UserErrorException(
                $"--shard takes i/n with i from 0 to n - 1, such as 0/4; got {given}.");
        }
        (Shard Shard, string Source)? launched = FromLauncher(variable);
        if (given is null)
        {
            if (launched is null && variable("JOB_COMPLETION_INDEX") is { } completion)
                throw new UserErrorException(
                    $"JOB_COMPLETION_INDEX is {completion}, and Kubernetes does not tell the number of completions: "
                    + "give it as --shard N, or 0/1 for all.");
            return launched ?? (Whole, "the whole list");
        }
        if (Number(given) is not (> 0 and { } count))
            throw new UserErrorException(
                $"--shard takes i/n with i from 0 to n - 1, such as 0/4, or n alone; got {given}.");
        if (Number(variable("JOB_COMPLETION_INDEX")) is { } completed && completed < count)
            return (new Shard(completed, count), "JOB_COMPLETION_INDEX");
        if (launched is { } process && process.Shard.Count == count)
            return process;
        throw new UserErrorException(
            $"--shard {given} leaves the index to the launcher, and no launcher gives one of {count}; give i/{count}.");
    }

    /// <summary>Which part of so many pictures a process computes: one that has any.</summary>
    /// <inheritdoc cref="Choose(string?, Func{string, string?})"/>
    public static (Shard Shard, string Source) Choose(string? given, Func<string, string?> variable, int pictures)
    {
        (Shard shard, string source) = Choose(given, variable);
        return shard.Index < pictures
            ? (shard, source)
            : throw new UserErrorException(
                $"Part {shard} ({source}) of {pictures} pictures is empty: take {pictures} parts at most.");
    }

    /// <summary>What MPI's or Slurm's launcher says. Of an array of Slurm jobs, each with some tasks, every task is a
    /// part.</summary>
    private static (Shard Shard, string Source)? FromLauncher(Func<string, string?> variable)
    {
        (Shard Shard, string Source)? process = Launcher.Find(variable) is { } launcher
            ? (new Shard(launcher.Rank, launcher.Size), launcher.Source) : null;
        if (Number(variable("SLURM_ARRAY_TASK_ID")) is not { } id
            || Number(variable("SLURM_ARRAY_TASK_COUNT")) is not (> 0 and { } jobs))
            return process;
        int first = Number(variable("SLURM_ARRAY_TASK_MIN")) ?? 0, last = Number(variable("SLURM_ARRAY_TASK_MAX")) ?? 0;
        int step = jobs > 1 ? (last - first) / (jobs - 1) : 1;
        // An array such as 1,2,7 has no step, and its jobs cannot tell which of them comes when.
        if (step < 1 || first + step * (jobs - 1) != Math.Max(last, first) || (id - first) % step != 0)
            throw new UserErrorException(
                "The tasks of this Slurm array are not evenly spaced, so that none can tell its place: give "
                + "--shard i/n.");
        Shard inner = process?.Shard ?? Whole;
        return (
            new Shard((id - first) / step * inner.Count + inner.Index, jobs * inner.Count),
            "SLURM_ARRAY_TASK_ID" + (process is { Shard.Count: > 1 } ? $", {process.Value.Source}" : ""));
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Index}/{Count}";

    [GeneratedRegex(@"^(\d+)/(\d+)$")]
    private static partial Regex IndexAndCount();
}
