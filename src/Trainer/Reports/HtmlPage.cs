namespace SoftPool.Trainer.Reports;

/// <summary>The frame of a page and its parts. A page is one file that refers to no other: pictures are data URIs,
/// fonts the reader's own, scripts none.</summary>
internal static class HtmlPage
{
    /// <summary>A whole page.</summary>
    public static string Of(string title, Html content) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <style>
        {Style}
        </style>
        </head>
        <body>
        <main>
        {content}
        </main>
        </body>
        </html>

        """).ToString();

    /// <summary>A table that scrolls in its own box where the page is narrow. The first column names the
    /// rows.</summary>
    /// <param name="caption">What the table shows.</param>
    /// <param name="columns">The columns' names.</param>
    /// <param name="firstNumber">From this column on, counted from 0, all are numbers.</param>
    /// <param name="rows">The rows' texts, one a column.</param>
    public static Html Table(
        string caption, IReadOnlyList<string> columns, int firstNumber, IEnumerable<IReadOnlyList<string>> rows) =>
        Html.Of($"""
        <figure class="table"><figcaption>{caption}</figcaption>
        <div class="scroll" tabindex="0" role="region" aria-label="{caption}">
        <table>
        <thead><tr>{columns.Select((column, i) =>
            Html.Of($"""<th scope="col"{Class(i >= firstNumber)}>{column}</th>"""))}</tr></thead>
        <tbody>
        {rows.Select(row => Html.Of($"""
            <tr><th scope="row">{row[0]}</th>{row.Skip(1).Select((cell, i) =>
                Html.Of($"<td{Class(i + 1 >= firstNumber)}>{cell}</td>"))}</tr>
            """))}
        </tbody>
        </table>
        </div></figure>
        """);

    /// <summary>Names and values, a line each.</summary>
    public static Html Facts(IEnumerable<(string Name, string Value)> facts) => Html.Of($"""
        <dl class="facts">
        {facts.Select(fact => Html.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>"))}
        </dl>
        """);

    /// <summary>A few figures, large.</summary>
    public static Html KeyFigures(IEnumerable<(string Name, string Value)> figures) => Html.Of($"""
        <dl class="key">
        {figures.Select(figure => Html.Of($"<div><dt>{figure.Name}</dt><dd>{figure.Value}</dd></div>"))}
        </dl>
        """);

    /// <summary>A picture with its caption.</summary>
    /// <param name="png">The picture, twice as large as it is shown.</param>
    /// <param name="alt">What it shows, for those who do not see it.</param>
    /// <param name="caption">What one should know about it.</param>
    public static Html Figure(byte[] png, string alt, string caption) => Html.Of($"""
        <figure class="plot"><img src="{Html.DataUri(png)}" alt="{alt}" /><figcaption>{caption}</figcaption></figure>
        """);

    private static Html Class(bool isNumber) => isNumber ? Html.Of($" class=\"number\"") : default;

    private static Html Style => Html.Of($$"""
        :root { color-scheme: light dark; --paper: #ffffff; --ground: #f5f6f8; --ink: #1f2933; --muted: #52606d;
          --line: #dde2e7; --wrong: #b3261e; --warn: #fff4e0; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #1c2126; --ground: #14181c; --ink: #e6eaee; --muted: #a6b1bc; --line: #333b43;
            --wrong: #ff8a80; --warn: #3a2e14; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        main { max-width: 76rem; margin: 0 auto; padding: clamp(1rem, 3vw, 3rem) clamp(0.75rem, 3vw, 2.5rem); }
        h1 { font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.25rem); line-height: 1.2; margin: 0 0 0.5rem;
          overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 0.75rem; }
        p { max-width: 44rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
        .note { color: var(--muted); }
        .warning { max-width: none; background: var(--warn); border-left: 4px solid var(--wrong);
          padding: 0.75rem 1rem; }
        dl, dd, figure { margin: 0; }
        .key { display: grid; grid-template-columns: repeat(2, 1fr); gap: 1px; margin-top: 1.5rem;
          background: var(--line); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
        .key div { background: var(--paper); padding: 0.75rem 1rem; }
        .key dt { color: var(--muted); font-size: 0.8125rem; }
        .key dd { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem;
          align-items: start; }
        .plot, .table, .facts { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
        .plot img { display: block; width: 100%; max-width: 46rem; height: auto; margin: 0 auto; background: #ffffff;
          border-radius: 7px 7px 0 0; }
        .plot { background: #ffffff; }
        figcaption { color: var(--muted); font-size: 0.875rem; }
        .table figcaption { padding: 0.6rem 1rem; }
        .plot figcaption { background: var(--paper); padding: 0.6rem 1rem 0.75rem; border-top: 1px solid var(--line);
          border-radius: 0 0 7px 7px; }
        .images { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem 0.75rem; margin-top: 1rem; }
        @media (min-width: 40rem) {
          .key { grid-template-columns: repeat(3, 1fr); }
          .images { grid-template-columns: repeat(6, 1fr); }
        }
        @media (min-width: 68rem) {
          .key { grid-template-columns: repeat(6, 1fr); }
          .images { grid-template-columns: repeat(9, 1fr); }
        }
        .images img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 4px; }
        .images .coarse { image-rendering: pixelated; }
        .images figcaption { color: var(--ink); font-size: 0.8125rem; line-height: 1.35; margin-top: 0.35rem;
          overflow-wrap: anywhere; }
        .images figcaption span { display: block; color: var(--muted); }
        .images .wrong img { outline: 3px solid var(--wrong); outline-offset: -3px; }
        .images .wrong b { color: var(--wrong); }
        .scroll { overflow-x: auto; }
        .columns + .table { margin-top: 1.25rem; }
        table { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 0.35rem clamp(0.4rem, 1.2vw, 1rem); border-top: 1px solid var(--line);
          white-space: nowrap; }
        th:first-child { padding-left: 1rem; }
        th:last-child, td:last-child { padding-right: 1rem; }
        thead th { color: var(--muted); font-weight: 600; }
        tbody th { font-weight: 500; white-space: normal; min-width: 6.5rem; }
        thead th { vertical-align: bottom; }
        .number { text-align: right; }
        .facts { padding: 0.25rem 1rem; font-size: 0.9375rem; }
        .facts div { display: grid; grid-template-columns: minmax(7rem, 20%) 1fr; gap: 1rem; padding: 0.45rem 0; }
        .facts div + div { border-top: 1px solid var(--line); }
        .facts dt { color: var(--muted); }
        .facts dd { overflow-wrap: anywhere; }
        @media print { .plot, .images figure, tr { break-inside: avoid; } }
        """);
}
