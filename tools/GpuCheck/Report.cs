using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace SoftPool.GpuCheck;

/// <summary>A page of all rows, for readers who were not there: a table for each step, and what the step did.</summary>
internal static class Report
{
    public static void Write(string path, IReadOnlyList<JsonObject> rows)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<title>SoftPool.Vulkan on a GPU</title>")
            .Append("<style>body{font-family:sans-serif;max-width:110em;margin:2em auto;padding:0 1em}")
            .Append("table{border-collapse:collapse;font-size:85%}td,th{border:1px solid #bbb;padding:.2em .5em;")
            .Append("text-align:left}.bad{background:#fcc}</style></head><body><h1>SoftPool.Vulkan on a GPU</h1>")
            .Append("<p>SoftPool.Vulkan runs convolutional networks by Vulkan compute shaders. This page was written ")
            .Append("by its program gpu-check, on the machine of the first table. Every row is also a line of ")
            .Append("<code>rows.jsonl</code>. A row with a problem has a red background. Times are medians, in ")
            .Append("milliseconds, unless a column says otherwise.</p>");
        int bad = rows.Count(IsBad);
        page.Append(
            bad == 0
                ? $"<p><b>No problem in {rows.Count} rows.</b></p>"
                : $"<p><b>{bad} problems in {rows.Count} rows.</b></p>");
        foreach (Step step in Step.All)
        {
            JsonObject[] own = [.. rows.Where(row => (string?)row["step"] == step.Name)];
            page.Append($"<h2>{Escape(step.Title)}</h2><p>{Escape(step.Explanation)}</p>");
            if (own.Length == 0)
            {
                page.Append("<p>Not done.</p>");
                continue;
            }
            string[] columns = [.. own.SelectMany(row => row.Select(pair => pair.Key)).Distinct()
                .Where(name => name is not ("step" or "seconds"))];
            page.Append("<table><tr>");
            foreach (string column in columns)
                page.Append($"<th>{Escape(column)}</th>");
            page.Append("</tr>");
            foreach (JsonObject row in own)
            {
                page.Append(IsBad(row) ? "<tr class=\"bad\">" : "<tr>");
                foreach (string column in columns)
                    page.Append($"<td>{Escape(row[column]?.ToString() ?? "")}</td>");
                page.Append("</tr>");
            }
            page.Append("</table>");
        }
        File.WriteAllText(path, page.Append("</body></html>\n").ToString());
    }

    private static bool IsBad(JsonObject row) => (string?)row["problem"] is { Length: > 0 };

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
