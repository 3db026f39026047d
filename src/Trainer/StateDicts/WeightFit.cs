using System.Text.RegularExpressions;
using SoftPool.Files;
using SoftPool.Operators;

namespace SoftPool.Trainer.StateDicts;

/// <summary>Holds a state dict to a network: which of its tensors is which weight, and what does not fit.</summary>
internal sealed partial class WeightFit
{
    /// <summary>What wrappers put before all names: DataParallel, Lightning and timm, torch.compile, and modules that
    /// hold the network as one of their own.</summary>
    private static readonly string[] Wrappers = ["module.", "model.", "_orig_mod.", "net.", "backbone."];

    private WeightFit(
        string prefix, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyList<Misfit> misfits, int renamed) =>
        (Prefix, Weights, Misfits, Renamed) = (prefix, weights, misfits, renamed);

    /// <summary>One thing that does not fit.</summary>
    /// <param name="Kind">missing, unexpected, or another shape.</param>
    /// <param name="Name">The weight's name in the network, or the tensor's in the file.</param>
    /// <param name="Expected">What the network has; empty for the unexpected.</param>
    /// <param name="Found">What the file has; empty for the missing.</param>
    /// <param name="Nearest">The most similar name on the other side, among those that are not taken; empty if there is
    /// none.</param>
    internal sealed record Misfit(string Kind, string Name, string Expected, string Found, string Nearest);

    /// <summary>What stands before all names in the file, such as module._orig_mod.; it is left out.</summary>
    public string Prefix { get; }

    /// <summary>The weights that fit, by the network's names.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>All that does not fit, in the network's and then the file's order; empty if everything fits.</summary>
    public IReadOnlyList<Misfit> Misfits { get; }

    /// <summary>The number of names of DenseNet's first files, norm.1, that were taken as norm1.</summary>
    public int Renamed { get; }

    /// <summary>What a user should know of names that are not the network's.</summary>
    public IEnumerable<string> Remarks
    {
        get
        {
            if (Prefix.Length > 0)
                yield return $"the tensor names begin with {Prefix}: the prefix is left out";
            if (Renamed > 0)
                yield return $"{Renamed} names are of DenseNet's first files, norm.1, and taken as norm1";
        }
    }

    /// <summary>Compares a state dict with a network's parameters.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="dictionary">The weights.</param>
    /// <param name="ignored">Beginnings of the names, without the prefix, of what is left out of the
    /// comparison.</param>
    /// <param name="fresh">The names of parameters that are to stay random: what the file has of them is passed
    /// over.</param>
    /// <exception cref="UserErrorException">A beginning is of no name.</exception>
    public static WeightFit Of(
        ModelGraph graph, StateDict dictionary, IReadOnlyList<string> ignored,
        IReadOnlyCollection<string>? fresh = null)
    {
        Parameter[] parameters = [.. graph.Parameters];
        HashSet<string> wanted = [.. parameters.Select(parameter => parameter.Name)];
        string[] names = [.. dictionary.Tensors.Keys, .. dictionary.Others.Keys];
        string prefix = PrefixOf(names, wanted);
        var given = new OrderedDictionary<string, (string Original, Tensor? Tensor, string What)>();
        int renamed = 0;
        HashSet<string> unused = [.. ignored];
        foreach (string name in names)
        {
            string own = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
            if (Array.FindAll([.. ignored], beginning => own.StartsWith(beginning, StringComparison.Ordinal))
                is { Length: > 0 } matching)
            {
                unused.ExceptWith(matching);
                continue;
            }
            string current = wanted.Contains(own) ? own : OldDenseNet().Replace(own, "$1$2");
            if (current != own && wanted.Contains(current))
                renamed++;
            else
                current = own;
            Tensor? tensor = dictionary.Tensors.GetValueOrDefault(name);
            // A name without the prefix beside one with it is unexpected.
            if (!given.TryAdd(current, (name, tensor, tensor?.Shape.ToString() ?? dictionary.Others[name])))
                given.Add(name, (name, tensor, tensor?.Shape.ToString() ?? dictionary.Others[name]));
        }
        if (ignored.FirstOrDefault(unused.Contains) is { } beginningOfNone)
            throw new UserErrorException($"--ignore {beginningOfNone} is the beginning of no name in the file.");
        var weights = new Dictionary<string, Tensor>();
        var missing = new List<Parameter>();
        var misfits = new List<Misfit>();
        foreach (Parameter parameter in parameters.Where(parameter => fresh?.Contains(parameter.Name) != true))
            if (!given.TryGetValue(parameter.Name, out (string Original, Tensor? Tensor, string What) found))
                missing.Add(parameter);
            else if (found.Tensor?.Shape == parameter.Shape)
                weights.Add(parameter.Name, found.Tensor);
            else
                misfits.Add(
                    new Misfit("another shape", parameter.Name, parameter.Shape.ToString(), found.What, ""));
        (string Name, string What)[] unexpected =
            [.. given.Where(entry => !wanted.Contains(entry.Key)).Select(entry => (entry.Key, entry.Value.What))];
        (string, string)[] open =
            [.. missing.Select(parameter => (parameter.Name, parameter.Shape.ToString()))];
        misfits.AddRange(open.Select((entry, index) =>
            new Misfit("missing", entry.Item1, entry.Item2, "", Nearest(index, entry, unexpected))));
        misfits.AddRange(unexpected.Select((entry, index) =>
            new Misfit("unexpected", entry.Name, "", entry.What, Nearest(index, entry, open))));
        return new WeightFit(prefix, weights, misfits, renamed);
    }

    /// <summary>The chain of wrappers behind which most of the wanted names stand; the shortest of several.</summary>
    private static string PrefixOf(IReadOnlyCollection<string> names, HashSet<string> wanted)
    {
        var found = new Dictionary<string, int> { [""] = 0 };
        foreach (string name in names)
        {
            int length = 0;
            while (true)
            {
                string own = OldDenseNet().Replace(name[length..], "$1$2");
                if (wanted.Contains(own))
                    found[name[..length]] = found.GetValueOrDefault(name[..length]) + 1;
                if (Array.Find(Wrappers, wrapper =>
                    name.AsSpan(length).StartsWith(wrapper, StringComparison.Ordinal)) is not { } next)
                    break;
                length += next.Length;
            }
        }
        return found.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Length)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal).First().Key;
    }

    /// <summary>The name that is most like another, one of the same shape if there is one; empty where none has half of
    /// it in common, and behind some hundreds of misfits, where nobody reads it.</summary>
    private static string Nearest(int index, (string Name, string What) entry, (string Name, string What)[] others)
    {
        const int MostCompared = 400;
        if (index >= MostCompared)
            return "";
        (string Name, int Distance)? best = others.Take(MostCompared)
            .Select(other => ((string Name, int Distance)?)(
                other.Name, Distance(entry.Name, other.Name) + (other.What == entry.What ? 0 : entry.Name.Length / 2)))
            .MinBy(other => other!.Value.Distance);
        return best is { } near && near.Distance <= entry.Name.Length / 2 ? near.Name : "";
    }

    /// <summary>How many letters have to be added, left out or replaced (Levenshtein 1966).</summary>
    private static int Distance(string left, string right)
    {
        int[] above = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            var row = new int[right.Length + 1];
            row[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
                row[j + 1] = Math.Min(Math.Min(row[j], above[j + 1]) + 1, above[j] + (left[i] == right[j] ? 0 : 1));
            above = row;
        }
        return above[^1];
    }

    /// <summary>Complains about all misfits, in a table.</summary>
    /// <param name="path">The file of the weights.</param>
    /// <param name="network">The network's name.</param>
    /// <exception cref="UserErrorException">There are misfits.</exception>
    public void Check(string path, string network)
    {
        if (Misfits.Count > 0)
            throw new UserErrorException(
                $"{path} does not fit {network}, in {Misfits.Count} of its weights:", [.. Table()]);
    }

    /// <summary>The misfits as lines of a table, below a line of headings.</summary>
    private IEnumerable<string> Table()
    {
        string[][] rows =
        [
            ["", "name", "network", "file", "nearest"],
            .. Misfits.Select(misfit => (string[])[
                misfit.Kind, Excerpt.Of(misfit.Name), misfit.Expected, misfit.Found, Excerpt.Of(misfit.Nearest)]),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return rows.Select(row =>
            string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    [GeneratedRegex(@"(denselayer[0-9]+\.(?:norm|conv))\.([12]\.)")]
    private static partial Regex OldDenseNet();
}
