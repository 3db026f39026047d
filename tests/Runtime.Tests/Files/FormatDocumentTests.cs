using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SoftPool.Models;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Verification;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>docs/format.md against what the code writes and reads.</summary>
[TestClass]
public sealed class FormatDocumentTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "format.md"));

    private static string[] Operators => Block("json operators");

    /// <summary>The attributes' table: the name, and what holds when it is left out.</summary>
    private static Dictionary<string, string> Attributes => Lines
        .SkipWhile(line => !line.StartsWith("| attribute |", StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1].Trim('`'), cells => cells[3]);

    [TestMethod]
    public void Every_operator_is_there_once()
    {
        string[] known =
        [
            .. ModelJson.Default.Operator.PolymorphismOptions!.DerivedTypes
                .Select(type => (string)type.TypeDiscriminator!),
        ];
        string[] documented = [.. Operators.Select(line => (string)JsonNode.Parse(line)!["op"]!)];
        Assert.AreEqual(Listed(known), Listed(documented));

        static string Listed(string[] names) => string.Join(", ", names.Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public void Every_operator_is_written_as_it_stands_there()
    {
        foreach (string line in Operators)
            Assert.AreEqual(line, JsonSerializer.Serialize(Read(line), ModelJson.Default.Operator));
    }

    [TestMethod]
    public void Every_way_to_resize_is_written_as_it_stands_there()
    {
        string[] lines = Block("json resize");
        foreach (string line in lines)
            Assert.AreEqual(
                line,
                JsonSerializer.Serialize(
                    JsonSerializer.Deserialize(line, ModelJson.Default.Resize)!, ModelJson.Default.Resize));
        TestModels.AssertSequence<object>(
            [.. ModelJson.Default.Resize.PolymorphismOptions!.DerivedTypes.Select(type => type.TypeDiscriminator!)],
            lines.Select(line => (object)(string)JsonNode.Parse(line)!["mode"]!));
    }

    [TestMethod]
    public void Every_attribute_of_an_operator_is_in_the_table_and_no_other()
    {
        IEnumerable<string> written = Operators.SelectMany(line => JsonNode.Parse(line)!.AsObject())
            .Select(property => property.Key).Where(key => key != "op").Distinct();
        TestModels.AssertSequence<string>([.. written.Order(StringComparer.Ordinal)], Attributes.Keys);
    }

    [TestMethod]
    public void An_attribute_that_is_left_out_is_refused_or_has_the_default_of_the_table()
    {
        foreach (string line in Operators)
            foreach (string attribute in JsonNode.Parse(line)!.AsObject()
                .Select(property => property.Key).Where(key => key != "op"))
            {
                JsonObject without = JsonNode.Parse(line)!.AsObject(), filled = JsonNode.Parse(line)!.AsObject();
                without.Remove(attribute);
                string whenLeftOut = WhenLeftOut((string)filled["op"]!, attribute);
                if (whenLeftOut == "refused")
                {
                    Assert.ThrowsExactly<JsonException>(
                        () => Read(without.ToJsonString()), $"{line} without {attribute}");
                    continue;
                }
                filled[attribute] = JsonNode.Parse(whenLeftOut);
                Assert.AreEqual(Read(filled.ToJsonString()), Read(without.ToJsonString()), line);
            }
    }

    [TestMethod]
    public void The_example_is_the_file_that_is_written_to_the_byte()
    {
        using var written = new MemoryStream();
        ModelFile.ToSafetensors(Example()).Write(written);

        byte[] header = Encoding.UTF8.GetBytes(string.Concat(Block("json header")));
        byte[] padding = [.. Enumerable.Repeat((byte)' ', (8 - header.Length % 8) % 8)];
        byte[] documented = [.. Bytes("hex length"), .. header, .. padding, .. Bytes("hex data")];
        Assert.AreEqual(Encoding.Latin1.GetString(documented), Encoding.Latin1.GetString(written.ToArray()));
    }

    [TestMethod]
    public void The_graph_of_version_2_is_the_one_that_is_written()
    {
        var graph = new ModelGraph(
            "pair",
            [new NetworkInput("left", new TensorShape(3, 8, 6)), new NetworkInput("right", new TensorShape(3, 8, 6))],
            [
                new("difference", new Subtract(), ["left", "right"]),
                new("flat", new Flatten(), ["difference"]),
            ],
            [("map", "difference"), ("vector", "flat")]);
        Assert.AreEqual(
            string.Concat(Block("json graph of version 2")),
            new Model(graph, new Dictionary<string, Tensor>(), [], new Preprocessing([], [])).Texts.Graph);
    }

    [TestMethod]
    public void The_certificate_is_the_one_that_is_written() => Assert.AreEqual(
        string.Concat(Block("json certificate")),
        Certified.Add(Example(), [new CertificateInput(Seed: 1)]).Certificate!.Text);

    private static Model Example()
    {
        var graph = new ModelGraph(
            "tiny", new TensorShape(1, 2, 2), [new("flatten", new Flatten()), new("linear", new Linear(4, 2))]);
        var weights = new Dictionary<string, Tensor>
        {
            ["linear.weight"] = new(new TensorShape(2, 4), new[] { 1, 2, -1, 0.5f, 0, 1, 0, -2 }),
            ["linear.bias"] = new(new TensorShape(2), new[] { 0.25f, -0.25f }),
        };
        return new Model(graph, weights, ["cat", "dog"], new Preprocessing([0.5f], [0.25f]));
    }

    /// <summary>"refused; of Softmax 1" says 1 of Softmax and "refused" of all others.</summary>
    private static string WhenLeftOut(string op, string attribute)
    {
        string[] cells = Attributes[attribute].Split("; of ");
        string? own = cells.Skip(1).FirstOrDefault(cell => cell.StartsWith($"{op} ", StringComparison.Ordinal));
        return own?[(op.Length + 1)..] ?? cells[0].Split(';')[0];
    }

    private static Operator Read(string json) => JsonSerializer.Deserialize(json, ModelJson.Default.Operator)!;

    private static byte[] Bytes(string block) => Convert.FromHexString(string.Concat(Block(block)).Replace(" ", ""));

    /// <summary>The lines of the fenced block with these words behind its fence.</summary>
    private static string[] Block(string words) =>
        [.. Lines.SkipWhile(line => line != $"```{words}").Skip(1).TakeWhile(line => line != "```")];
}
