namespace SoftPool.Trainer.Pickles;

/// <summary>A dict or OrderedDict in a pickle. The items whose keys are no strings, such as an optimizer's numbers, are
/// counted and not kept.</summary>
internal sealed class PickledDictionary
{
    private readonly OrderedDictionary<string, object?> _items = [];

    /// <summary>The items with strings as keys, in the file's order.</summary>
    public IReadOnlyDictionary<string, object?> Items => _items;

    /// <summary>Whether it has other keys too.</summary>
    public bool HasOtherKeys { get; private set; }

    /// <exception cref="FormatException">The key is none that a dictionary of a checkpoint has.</exception>
    public void Set(object? key, object? value)
    {
        if (key is PickleString { Bytes.Length: <= PickleReader.LongestWord } word)
            _items[word.ToString()] = value;
        else if (key is long or double or bool)
            HasOtherKeys = true;
        else
            throw new FormatException(
                $"a key is neither a number nor a string of at most {PickleReader.LongestWord} bytes");
    }
}
