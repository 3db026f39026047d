using System.Text.Json.Nodes;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>Seeded changes to what JSON says: it stays well-formed, and a number, a text or a part of it becomes
/// another.</summary>
internal static class HostileJson
{
    private static readonly string[] Values =
    [
        "-1", "0", "1", "2", "3", "7", "4096", "4097", "65536", "46341", "536870911", "2147483647", "2147483648",
        "-2147483648", "-9223372036854775808", "9223372036854775807", "1e39", "1e308", "-0.0", "0.5", "1e-400", "null", "true",
        "\"\"", "\"input\"", "\"NaN\"", "\"Infinity\"", "\"F32\"", "\"F64\"", "[]", "{}", "[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]",
        "[2147483647,2147483647]", "[1,1,1,1,1,1,1,1,1]", "[4,8]", "[4096,4096]", "\"\\u0000\\u001b[2J\"", "\"concat\"", "\"Concat\"",
        "\"Flatten\"", "\"Add\"", "{\"op\":\"Concat\"}", "{\"op\":\"Softmax\"}",
    ];

    /// <summary>The text with one to three places changed.</summary>
    public static string Of(string text, Random random)
    {
        JsonNode root = JsonNode.Parse(text)!;
        for (int changes = random.Next(1, 4); changes > 0; changes--)
            Change(root, random);
        return root.ToJsonString();
    }

    private static void Change(JsonNode root, Random random)
    {
        JsonNode[] nodes = [.. Below(root)];
        if (nodes.Length == 0)
            return;
        JsonNode chosen = nodes[random.Next(nodes.Length)], parent = chosen.Parent!, other = nodes[random.Next(nodes.Length)];
        JsonNode? replacement = random.Next(3) == 0 ? other.DeepClone() : JsonNode.Parse(Values[random.Next(Values.Length)]);
        switch (random.Next(4), parent)
        {
            case (0, JsonObject container):
                container.Remove(chosen.GetPropertyName());
                break;
            case (0, JsonArray container):
                container.Remove(chosen);
                break;
            case (1, JsonArray container):
                container.Insert(random.Next(container.Count + 1), replacement);
                break;
            case (2, JsonObject container):
                container.TryAdd($"key {random.Next(3)}", replacement);
                break;
            default:
                chosen.ReplaceWith(replacement);
                break;
        }
    }

    /// <summary>Everything in it that is not null, without itself.</summary>
    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject container => container.Select(property => property.Value),
            JsonArray container => container,
            _ => [],
        };
        foreach (JsonNode child in children.OfType<JsonNode>())
        {
            yield return child;
            foreach (JsonNode grandchild in Below(child))
                yield return grandchild;
        }
    }
}
