namespace SoftPool.Onnx.Import;

/// <summary>A node cannot be imported, for a reason.</summary>
/// <param name="reason">What is not supported.</param>
/// <param name="detail">What differs from node to node of one reason.</param>
/// <param name="shape">The shape that the node gives, where it is known: those behind it can then be looked at as
/// well.</param>
internal sealed class RefusalException(string reason, string detail = "", int[]? shape = null) : Exception(reason)
{
    public string Detail => detail;

    public int[]? Shape => shape;
}

/// <summary>A node reads what comes of a refused one: nothing can be said of it.</summary>
internal sealed class UnknownInputException : Exception;

/// <summary>Gathers all that cannot be imported, and counts what is refused for one reason.</summary>
internal sealed class Refusals
{
    private const int Examples = 3, MostLines = 100;

    private readonly Dictionary<(string OpType, string Reason), List<string>> _places = [];

    public bool Any => _places.Count > 0;

    /// <summary>Adds a node's refusal, once for each reason.</summary>
    public void Add(OnnxNode node, string reason, string detail = "") => Add(
        node.Domain.Length == 0 ? node.OpType : $"{node.Domain}.{node.OpType}", reason,
        detail.Length == 0 ? Place(node) : $"{Place(node)} {detail}");

    /// <summary>Adds what is wrong with the graph as a whole.</summary>
    public void Add(string what, string reason, string place = "")
    {
        (string, string) key = (Files.Excerpt.Of(what), Files.Excerpt.Of(reason));
        if (!_places.TryGetValue(key, out List<string>? places))
            _places[key] = places = [];
        places.Add(Files.Excerpt.Of(place));
    }

    /// <summary>One line for each operator and reason: how often, and the first places.</summary>
    public IReadOnlyList<string> Lines()
    {
        List<string> lines = [.. _places.Take(MostLines).Select(refusal => Line(refusal.Key, refusal.Value))];
        if (_places.Count > MostLines)
            lines.Add($"and {_places.Count - MostLines} other reasons");
        return lines;
    }

    private static string Line((string OpType, string Reason) key, List<string> places)
    {
        string line = $"{key.OpType}: {key.Reason}";
        if (places[0].Length == 0)
            return line;
        string examples = string.Join(", ", places.Take(Examples)) + (places.Count > Examples ? ", ..." : "");
        return $"{line} ({places.Count} {(places.Count == 1 ? "node" : "nodes")}: {examples})";
    }

    private static string Place(OnnxNode node) => node.Name.Length > 0 ? node.Name
        : node.Outputs.Count > 0 ? $"the one of {node.Outputs[0]}" : "one without a name";
}
