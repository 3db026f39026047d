using SoftPool.Files;
using SoftPool.Trainer.Pickles;

namespace SoftPool.Trainer.StateDicts;

/// <summary>Finds the state dict in a checkpoint: among the epoch, the optimizer and what else was saved with
/// it.</summary>
internal static class StateDictSearch
{
    private const int Deepest = 4, MostNamed = 20;

    /// <summary>A dictionary is a state dict where all its values are tensors, one of them more than a
    /// number.</summary>
    /// <param name="root">What the file holds.</param>
    /// <param name="path">The file, for complaints.</param>
    /// <param name="key">The entry to take, with points between the keys of dictionaries in each other; null to find
    /// it.</param>
    /// <returns>The entry that was taken, null for the whole file, and the dictionary.</returns>
    /// <exception cref="UserErrorException">There is none, or there are several; or there is no such
    /// entry.</exception>
    public static (string? Key, PickledDictionary Dictionary) Find(object? root, string path, string? key)
    {
        if (root is not PickledDictionary)
            throw new UserErrorException(
                $"{path} holds {Kind(root)}, not a state dict; save one by torch.save(module.state_dict(), FILE).");
        var all = new List<(string Key, PickledDictionary Dictionary)>();
        var seen = new HashSet<PickledDictionary>(ReferenceEqualityComparer.Instance);
        Visit("", (PickledDictionary)root, 0);
        if (key is not null)
            return all.Find(entry => entry.Key == key) is { Dictionary: { } chosen }
                && chosen.Items.Values.Any(value => value is PickledTensor)
                    ? (key, chosen)
                    : throw new UserErrorException(
                        $"{path} has no dictionary of tensors {Excerpt.Of(key)}; it has {Named(all.Where(entry =>
                            entry.Dictionary.Items.Values.Any(value => value is PickledTensor)))}.");
        (string Key, PickledDictionary Dictionary)[] found = [.. all.Where(entry => IsStateDict(entry.Dictionary))];
        return found switch
        {
            [var only] => (only.Key.Length == 0 ? null : only.Key, only.Dictionary),
            [] => throw new UserErrorException(
                $"{path} holds no state dict, a dictionary of tensors and nothing else; its keys are "
                + $"{Keys((PickledDictionary)root)}."),
            _ => throw new UserErrorException(
                $"{path} holds {found.Length} state dicts, {Named(found)}: choose one by --key."),
        };

        void Visit(string at, PickledDictionary dictionary, int depth)
        {
            // What an optimizer keeps for each weight is no state dict.
            if (!seen.Add(dictionary) || dictionary.Items.ContainsKey("param_groups"))
                return;
            all.Add((at, dictionary));
            if (depth < Deepest)
                foreach ((string name, object? value) in dictionary.Items)
                    if (value is PickledDictionary inner)
                        Visit(at.Length == 0 ? name : $"{at}.{name}", inner, depth + 1);
        }
    }

    private static bool IsStateDict(PickledDictionary dictionary) => !dictionary.HasOtherKeys
        && dictionary.Items.All(item =>
            item.Value is PickledTensor || item.Key.EndsWith("_extra_state", StringComparison.Ordinal))
        && dictionary.Items.Values.Any(value => value is PickledTensor { Shape.Length: > 0 });

    private static string Named(IEnumerable<(string Key, PickledDictionary Dictionary)> entries)
    {
        string[] named = [.. entries.Select(entry =>
            $"{(entry.Key.Length == 0 ? "the whole file" : Excerpt.Of(entry.Key))} ({Count(entry.Dictionary)})")];
        return named.Length == 0 ? "none" : Short(named);

        static string Count(PickledDictionary dictionary) =>
            dictionary.Items.Values.Count(value => value is PickledTensor) is var count && count == 1
                ? "1 tensor" : $"{count} tensors";
    }

    /// <summary>The entries that are no tensors, in words; null where all are.</summary>
    public static string? NoTensorsIn(PickledDictionary dictionary)
    {
        string[] names = [.. dictionary.Items.Where(item => item.Value is not PickledTensor)
            .Select(item => Excerpt.Of(item.Key))];
        return (names.Length, dictionary.HasOtherKeys) switch
        {
            (0, false) => null,
            (0, true) => "entries under numbers",
            (_, true) => $"{Short(names)}, and entries under numbers",
            _ => Short(names),
        };
    }

    private static string Keys(PickledDictionary dictionary) =>
        dictionary.Items.Count == 0 ? "none" : Short([.. dictionary.Items.Keys.Select(Excerpt.Of)]);

    private static string Short(string[] words) => string.Join(", ", words[..Math.Min(words.Length, MostNamed)])
        + (words.Length > MostNamed ? $" and {words.Length - MostNamed} more" : "");

    private static string Kind(object? root) => root switch
    {
        PickledTensor => "one tensor",
        List<object?> or object?[] => "a list",
        null => "nothing",
        _ => "another object",
    };
}
