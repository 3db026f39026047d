using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace SoftPool.GpuCheck;

/// <summary>A page of all rows, for readers who were not there: what each step came to, then its tables. What is wrong
/// is at the top of its step; what is long can be unfolded.</summary>
internal static class Report
{
    private const int LongTable = 40;

    private const string Head =
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>SoftPool.Vulkan on a GPU</title><style>
        body{font-family:sans-serif;max-width:110em;margin:2em auto;padding:0 1em}
        table{border-collapse:collapse;font-size:85%;margin:.5em 0}
        td,th{border:1px solid #bbb;padding:.2em .5em;text-align:left;vertical-align:top}
        .bad{background:#fcc}.number{text-align:right}.bar{background:#69c;height:.8em}.chosen{font-weight:bold}
        summary{cursor:pointer;color:#036}
        </style></head><body><h1>SoftPool.Vulkan on a GPU</h1><p>SoftPool.Vulkan runs convolutional networks by Vulkan
        compute shaders. This page was written by its program gpu-check, on the machine of the first table. Every row
        is also a line of <code>rows.jsonl</code>. A row with a problem has a red background. Times are medians, in
        milliseconds, unless a column says otherwise.</p>

        """;

    public static void Write(string path, IReadOnlyList<JsonObject> rows)
    {
        var page = new StringBuilder(Head);
        int bad = rows.Count(IsBad);
        page.Append(bad == 0 ? "<p><b>No problem" : $"<p class=\"bad\"><b>{bad} problems");
        page.Append($" in {rows.Count} rows.</b></p>\n");
        JsonObject[][] steps =
            [.. Step.All.Select(step => rows.Where(row => (string?)row["step"] == step.Name).ToArray())];

        page.Append("<table><tr><th>step</th><th>rows</th><th>problems</th><th>ended after, s</th></tr>\n");
        foreach ((Step step, JsonObject[] own) in Step.All.Zip(steps))
            page.Append(own.Any(IsBad) ? "<tr class=\"bad\">" : "<tr>")
                .Append($"<td><a href=\"#{step.Name}\">{Escape(step.Title)}</a></td>").Append(
                    own.Length == 0
                        ? "<td colspan=\"3\">not done</td></tr>\n"
                        : Number(own.Length) + Number(own.Count(IsBad)) + Number((double)own[^1]["seconds"]!)
                        + "</tr>\n");
        page.Append("</table>\n");

        foreach ((Step step, JsonObject[] own) in Step.All.Zip(steps))
        {
            page.Append($"<h2 id=\"{step.Name}\">{Escape(step.Title)}</h2><p>{Escape(step.Explanation)}</p>\n");
            if (own.Length == 0)
                page.Append("<p>Not done.</p>\n");
            else
                Section(page, own);
        }
        File.WriteAllText(path, page.Append("</body></html>\n").ToString());
    }

    private static void Section(StringBuilder page, JsonObject[] rows)
    {
        if (rows.Any(IsBad))
            Table(page, [.. rows.Where(IsBad)]);
        // A row that says no more than that something is in order needs no line of its own.
        JsonObject[] plain = [.. rows.Where(row => !IsBad(row) && !Values(row).Any() && row.ContainsKey("problem"))];
        if (plain.Length > 0)
            page.Append($"<p>{plain.Length} without a problem: ")
                .AppendJoin(", ", plain.Select(row => Escape((string)row["what"]!))).Append(".</p>\n");
        JsonObject[] others = [.. rows.Where(row => !IsBad(row)).Except(plain)];
        JsonObject[][] compared =
            [.. others.Where(row => row["variant"] is not null).GroupBy(row => (string)row["what"]!)
                .Select(group => group.ToArray())];
        if (compared.Length > 0)
            Comparison(page, compared);
        JsonObject[] rest = [.. others.Where(row => row["variant"] is null)];
        if (rest.Length > LongTable)
            page.Append($"<details><summary>{rest.Length} rows</summary>\n");
        if (rest.Length > 0)
            Table(page, rest);
        if (rest.Length > LongTable)
            page.Append("</details>\n");
    }

    /// <summary>Several ways to the same, the fastest first, under what the choice costs.</summary>
    private static void Comparison(StringBuilder page, JsonObject[][] groups)
    {
        (double Chosen, double Best)[] times =
        [
            .. groups.Select(
                rows => (
                    Chosen: rows.Where(row => row["chosen"] is not null).Select(Time).FirstOrDefault(double.NaN),
                    Best: rows.Select(Time).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min()))
                .Where(pair => double.IsFinite(pair.Chosen)),
        ];
        page.Append(CultureInfo.InvariantCulture, $"<p>The way chosen without measuring is the fastest of those ");
        page.Append(
            CultureInfo.InvariantCulture,
            $"measured for {times.Count(pair => pair.Chosen <= pair.Best)} of {times.Length} layers. The chosen ones ");
        page.Append(
            CultureInfo.InvariantCulture,
            $"take {times.Sum(pair => pair.Chosen):0.###} ms together, the fastest {times.Sum(pair => pair.Best):0.###}");
        page.Append($" ms.</p>\n<details><summary>{groups.Length} layers</summary>\n");
        foreach (JsonObject[] rows in groups)
        {
            double longest = rows.Select(Time).Where(double.IsFinite).DefaultIfEmpty(1).Max();
            page.Append($"<h3>{Escape((string)rows[0]["what"]!)}</h3><table><tr><th>variant</th><th>ms</th><th></th>")
                .Append("<th>GFLOP/s</th><th>workgroups</th></tr>\n");
            foreach (JsonObject row in rows.OrderBy(row => double.IsFinite(Time(row)) ? Time(row) : double.MaxValue))
            {
                bool chosen = row["chosen"] is not null;
                page.Append(chosen ? "<tr class=\"chosen\">" : "<tr>")
                    .Append($"<td>{Escape((string)row["variant"]!)}{(chosen ? ", chosen" : "")}</td>")
                    .Append(Cell(row["ms"])).Append("<td>");
                if (double.IsFinite(Time(row)))
                    page.Append(
                        CultureInfo.InvariantCulture,
                        $"<div class=\"bar\" style=\"width:{20 * Time(row) / longest:0.##}em\"></div>");
                page.Append("</td>").Append(Cell(row["GFLOP/s"])).Append(Cell(row["groups"])).Append("</tr>\n");
            }
            page.Append("</table>\n");
        }
        page.Append("</details>\n");
    }

    private static void Table(StringBuilder page, JsonObject[] rows)
    {
        string[] columns = [.. rows.SelectMany(Values).Distinct()];
        page.Append("<table><tr><th>what</th>");
        foreach (string column in columns)
            page.Append($"<th>{Escape(column)}</th>");
        page.Append("</tr>\n");
        foreach (JsonObject row in rows)
        {
            page.Append(IsBad(row) ? "<tr class=\"bad\">" : "<tr>").Append(Cell(row["what"]));
            foreach (string column in columns)
                page.Append(Cell(row[column]));
            page.Append("</tr>\n");
        }
        page.Append("</table>\n");
    }

    /// <summary>The names of what a row has besides its step, its time and what it is about. Empty ones do not
    /// count.</summary>
    private static IEnumerable<string> Values(JsonObject row) =>
        row.Where(pair => pair.Key is not ("step" or "seconds" or "what") && pair.Value?.ToString() is { Length: > 0 })
            .Select(pair => pair.Key);

    private static double Time(JsonObject row) => (double?)row["ms"] ?? double.NaN;

    private static bool IsBad(JsonObject row) => (string?)row["problem"] is { Length: > 0 };

    private static string Cell(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? Number(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)) // of whatever type it was made
            : $"<td>{Escape(value?.ToString() ?? "")}</td>";

    private static string Number(double value)
    {
        string text = value.ToString(double.IsInteger(value) ? "0" : "G5", CultureInfo.InvariantCulture);
        return $"<td class=\"number\">{text}</td>";
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
