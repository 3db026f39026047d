using System.IO.Enumeration;
using SoftPool.Operators;

namespace SoftPool.Trainer.Training;

/// <summary>The weights that a training begins with, what stays of them, and what is new.</summary>
internal sealed record FineTuning
{
    /// <summary>The path of the weights, in full.</summary>
    public required string Weights { get; init; }

    /// <summary>The SHA-256 of the file, in hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The values of --freeze: names of parameters, where * stands for any letters and ? for one.</summary>
    public IReadOnlyList<string> Freeze { get; init; } = [];

    /// <summary>The parameters that begin with random values, because the weights are for other classes.</summary>
    public IReadOnlyList<string> NewParameters { get; init; } = [];

    /// <summary>Adam's highest learning rate for the new parameters; null where it is that of the others.</summary>
    public double? NewLearningRate { get; init; }

    /// <summary>Complains about what does not go together.</summary>
    /// <exception cref="UserErrorException">The learning rate is out of range or for nothing, or
    /// <see cref="FrozenIn"/> has something to complain about.</exception>
    public void Check(ModelGraph graph)
    {
        if (NewLearningRate is { } rate && !(rate > 0 && double.IsFinite(rate)))
            throw new UserErrorException($"--new-lr is positive; got {rate}.");
        if (NewLearningRate is not null && NewParameters.Count == 0)
            throw new UserErrorException(
                "--new-lr is for a new last layer, but the weights are for the same classes: --lr is for all.");
        FrozenIn(graph);
    }

    /// <summary>The names of the parameters that stay as they are.</summary>
    /// <exception cref="UserErrorException">A pattern matches nothing, or matches what is new; or nothing is left to
    /// train.</exception>
    public IReadOnlyCollection<string> FrozenIn(ModelGraph graph)
    {
        HashSet<string> frozen = [.. Freeze.SelectMany(pattern => Matches(pattern, graph))];
        if (NewParameters.FirstOrDefault(frozen.Contains) is { } fresh)
            throw new UserErrorException(
                $"--freeze would keep {fresh} at its random values: it is new, because the weights are for other "
                + "classes.");
        if (graph.Parameters.All(parameter => frozen.Contains(parameter.Name) || IsStatistic(parameter.Name)))
            throw new UserErrorException($"--freeze leaves nothing of {graph.Name} to train.");
        return frozen;
    }

    /// <summary>The names that a pattern matches, in the graph's order.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static IReadOnlyList<string> Matches(string pattern, ModelGraph graph)
    {
        string[] names = [.. graph.Parameters.Select(parameter => parameter.Name)
            .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))];
        return names.Length > 0 ? names : throw new UserErrorException(
            $"--freeze {pattern} matches no parameter of {graph.Name}; they are {Named(graph.Parameters)}. "
            + "* stands for any letters, ? for one.");
    }

    /// <summary>The first and the last of some names, and how many there are.</summary>
    public static string Named(IEnumerable<string> names)
    {
        const int Shown = 4;
        string[] all = [.. names];
        return all.Length <= Shown
            ? string.Join(", ", all)
            : $"{string.Join(", ", all.Take(Shown - 1))} to {all[^1]}, {all.Length:N0} in all";
    }

    private static string Named(IEnumerable<Parameter> parameters) =>
        Named(parameters.Select(parameter => parameter.Name));

    /// <summary>Whether it is measured, not learned.</summary>
    public static bool IsStatistic(string parameter) =>
        parameter.EndsWith(".running_mean", StringComparison.Ordinal)
        || parameter.EndsWith(".running_var", StringComparison.Ordinal);
}
