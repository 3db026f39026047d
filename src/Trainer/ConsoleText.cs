using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SoftPool.Trainer;

/// <summary>Console output in which names and paths stand as they are: Spectre.Console takes [red] for a colour and
/// :fire: for a picture of one, and it has no escape for the latter.</summary>
internal static class ConsoleText
{
    /// <summary>Stands for the colons of values until the markup has been read; of the code points for private
    /// use.</summary>
    private const char Colon = '\uE03A';

    /// <summary>Has the console put the colons of values back, in all that it writes.</summary>
    public static void Attach(IAnsiConsole console) => console.Pipeline.Attach(new Hook());

    /// <summary>Writes a line whose own text is markup, and whose values are not.</summary>
    public static void Line(FormattableString line) => AnsiConsole.Console.Line(line);

    /// <inheritdoc cref="Line(FormattableString)"/>
    public static void Line(this IAnsiConsole console, FormattableString line) => console.MarkupLine(string.Format(
        CultureInfo.InvariantCulture, line.Format,
        [.. line.GetArguments().Select(value => value is IFormattable ? value : Escape($"{value}"))]));

    /// <summary>The markup that shows a text as it is, on a console with <see cref="Attach"/>; names come from files,
    /// so that characters which steer a terminal are question marks.</summary>
    public static string Escape(string text) => Markup.Escape(string.Concat(text.Select(character =>
        char.IsControl(character) && character is not ('\n' or '\r' or '\t') ? '?' : character))).Replace(':', Colon);

    private sealed class Hook : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
            renderables.Select(inner => new WithColons(inner));
    }

    private sealed class WithColons(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, maxWidth).Select(segment => segment.IsControlCode || !segment.Text.Contains(Colon)
                ? segment
                : new Segment(segment.Text.Replace(Colon, ':'), segment.Style));
    }
}
