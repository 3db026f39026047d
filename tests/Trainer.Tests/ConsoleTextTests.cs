using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Spectre.Console;

namespace SoftPool.Trainer.Tests;

[TestClass]
public sealed class ConsoleTextTests
{
    [TestMethod]
    [DataRow("plain")]
    [DataRow("[red]runs[/]")]
    [DataRow("runs/:fire:/a")]
    [DataRow("a:fire")]
    [DataRow(":[bold]:fire:")]
    [DataRow(@"C:\runs:cat:[[x")]
    public void A_value_is_printed_as_it_is(string value)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        ConsoleText.Attach(console);
        console.Line($"[bold]{value}[/]: {1.5:F2} of {value}");
        console.Write(new Markup(ConsoleText.Escape(value)));
        Assert.AreEqual($"{value}: 1.50 of {value}\n{value}", text.ToString().ReplaceLineEndings("\n"));
    }

    [TestMethod]
    public void Characters_that_steer_a_terminal_are_not_printed()
    {
        Assert.AreEqual("a?[31mb?", ConsoleText.Escape("a\u001b[31mb\u009b").Replace("[[", "[", StringComparison.Ordinal));
        Assert.AreEqual("a\nb\tc", ConsoleText.Escape("a\nb\tc"));
    }

    [TestMethod]
    public void Nothing_else_in_the_program_makes_markup_of_values()
    {
        using var file = new PEReader(File.OpenRead(typeof(ConsoleText).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        string[] called = [.. metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => metadata.GetTypeReference((TypeReferenceHandle)member.Parent) is var type
                ? $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}."
                    + metadata.GetString(member.Name)
                : "")];
        CollectionAssert.Contains(called, "Spectre.Console.Markup.Escape", "ConsoleText itself is not seen.");
        CollectionAssert.AreEqual(
            Array.Empty<string>(), called.Where(name => name.EndsWith("Interpolated", StringComparison.Ordinal))
                .ToArray());
    }
}
