using System.Text.Json;
using System.Text.RegularExpressions;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>The report as JSON against docs/parity.md: programs rely on its names.</summary>
[TestClass]
public sealed partial class ParityJsonTests
{
    [TestMethod]
    public void Every_field_is_in_the_document_and_no_other()
    {
        Model model = Certified.WithWeight(
            Certified.Of(Certified.OfPictures), "linear.weight", weights => weights[0] += 1);
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        var written = new HashSet<string>();
        using JsonDocument json = JsonDocument.Parse(session.Verify().ToJson());
        Collect(json.RootElement, "", written);
        // The parts that may be null are listed for that; of a field that is an array or an object only the parts are.
        HashSet<string> documented = Documented();
        documented.ExceptWith(["device", "options", "certificate", "pictures", "layers[].statistics"]);
        TestModels.AssertSequence<string>([.. documented.Order(StringComparer.Ordinal)], written.Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public void What_nobody_said_and_what_is_not_finite_is_null()
    {
        ModelGraph graph = Certified.Tiny;
        var report = new ParityReport(graph);
        report.AddLayer("flatten", [1, 2, 3, 4], [1, 2, float.NaN, 4]);
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        JsonElement root = json.RootElement, layer = root.GetProperty("layers")[0];
        foreach (string name in (string[])["device", "options", "certificate", "pictures"])
            Assert.AreEqual(JsonValueKind.Null, root.GetProperty(name).ValueKind, name);
        foreach (string name in (string[])["max_error", "max_value", "relative_error", "max_ulp", "nmse", "statistics"])
            Assert.AreEqual(JsonValueKind.Null, layer.GetProperty(name).ValueKind, name);
        Assert.IsFalse(root.GetProperty("passed").GetBoolean());
        Assert.AreEqual("flatten", root.GetProperty("first_failing_layer").GetString());
    }

    [TestMethod]
    public void Measures_are_written_to_the_last_digit()
    {
        var report = new ParityReport(Certified.Tiny);
        report.AddLayer("flatten", [1, 2, 3, 3], [1, 2, 3, 3.0000002f]);
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.AreEqual(
            report.Layers[0].Comparison.Nmse, json.RootElement.GetProperty("layers")[0].GetProperty("nmse").GetDouble());
        Assert.AreEqual(1, json.RootElement.GetProperty("layers")[0].GetProperty("max_ulp").GetDouble());
    }

    /// <summary>The fields of the last table; one that begins with a dot continues the path of the one before
    /// it.</summary>
    private static HashSet<string> Documented()
    {
        var fields = new HashSet<string>();
        string last = "";
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "parity.md"))
            .SkipWhile(line => !line.StartsWith("| field |", StringComparison.Ordinal)).Skip(2))
            foreach (Match field in Name().Matches(line.Split('|')[1]))
            {
                string name = field.Groups[1].Value;
                last = name.StartsWith('.') ? last[..last.LastIndexOf('.')] + name : name;
                Assert.IsTrue(fields.Add(last), $"{last} is there twice.");
            }
        return fields;
    }

    private static void Collect(JsonElement element, string path, HashSet<string> paths)
    {
        if (element.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in element.EnumerateObject())
                Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", paths);
        else if (element.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in element.EnumerateArray())
                Collect(item, $"{path}[]", paths);
        else
            paths.Add(path);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
