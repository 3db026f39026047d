using PublicApiGenerator;

namespace SoftPool.Runtime.Tests;

/// <summary>The package's public surface, member by member, against PublicApi.txt: it changes on purpose or not at
/// all.</summary>
[TestClass]
public sealed class PublicApiTests
{
    [TestMethod]
    public void The_public_surface_is_the_one_of_PublicApi_txt()
    {
        string actual = typeof(Model).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });
        string[] after = Lines(actual), before = Lines(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.txt")));
        if (before.SequenceEqual(after))
            return;
        string received = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
        File.WriteAllLines(received, after);
        Assert.Fail($"""
            The public surface has changed:
            {string.Join('\n', Differences(before, after))}
            If that is meant: cp "{received}" tests/Runtime.Tests/PublicApi.txt
            """);
    }

    /// <summary>The lines that went and those that came.</summary>
    private static IEnumerable<string> Differences(string[] before, string[] after)
    {
        HashSet<string> there = [.. Qualified(before)], here = [.. Qualified(after)];
        return there.Except(here).Select(line => $"- {line}").Concat(here.Except(there).Select(line => $"+ {line}")).Take(100);
    }

    /// <summary>Each line behind the type that it stands in, so that equal members of two types are two.</summary>
    private static IEnumerable<string> Qualified(string[] lines)
    {
        string type = "";
        foreach (string line in lines)
        {
            if (line.StartsWith("    public ", StringComparison.Ordinal))
                type = line.Split(" : ")[0].Split(' ')[^1];
            if (line.Trim() is not ("{" or "}"))
                yield return $"{type}: {line.Trim()}";
        }
    }

    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
}
