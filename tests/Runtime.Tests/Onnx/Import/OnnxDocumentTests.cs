using SoftPool.Onnx.Import;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>docs/onnx.md against the converters.</summary>
[TestClass]
public sealed class OnnxDocumentTests
{
    [TestMethod]
    public void The_operators_are_those_of_the_converters()
    {
        string[] before = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "onnx.md"));
        int first = Array.FindIndex(before, IsTable), last = Array.FindLastIndex(before, IsTable);
        string[] after =
        [
            .. before[..first], "| ONNX | becomes | what of it is taken |", "|---|---|---|",
            .. ConverterTable.All
                .Select(converter => $"| `{converter.OpType}` | {converter.Becomes} | {converter.Takes} |"),
            .. before[(last + 1)..].Select(line => line.StartsWith("Folded:", StringComparison.Ordinal)
                ? $"Folded: {string.Join(", ", ConstantFolding.Operators.Select(name => $"`{name}`"))}."
                : line),
        ];
        if (before.SequenceEqual(after))
            return;
        string received = Path.Combine(AppContext.BaseDirectory, "onnx.received.md");
        File.WriteAllLines(received, after);
        Assert.Fail(
            $"docs/onnx.md does not say what the importer takes.\nIf that is meant: cp \"{received}\" docs/onnx.md");

        static bool IsTable(string line) => line.StartsWith('|');
    }
}
