using System.Text.RegularExpressions;

namespace SoftPool.ShaderCompiler;

/// <summary>A shader with errors; the message has one line an error, in the form MSBuild reads.</summary>
internal sealed partial class ShaderException(string path, string shadercMessages)
    : Exception(string.Join(Environment.NewLine, Canonical(path, shadercMessages)))
{
    /// <summary>Rewrites shaderc's <c>file:line: error: text</c> as <c>file(line): error SHADER: text</c>.</summary>
    private static IEnumerable<string> Canonical(string path, string shadercMessages)
    {
        foreach (string line in shadercMessages.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Match match = FileAndLine().Match(line);
            string origin = match.Groups["line"].Success ? $"{match.Groups["file"]}({match.Groups["line"]})" : path;
            yield return $"{origin}: error SHADER: {(match.Success ? match.Groups["text"].Value : line)}";
        }
    }

    // The file is matched lazily but past the colon of a Windows drive; errors of linking have no line.
    [GeneratedRegex(@"^(?<file>.+?):((?<line>\d+):)? (error|warning): (?<text>.*)$")]
    private static partial Regex FileAndLine();
}
