using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Reports;

[TestClass]
public sealed class HtmlTests
{
    [TestMethod]
    public void Inserted_text_is_encoded_and_html_is_not()
    {
        string name = """<b>&"x'é""";
        Html item = Html.Of($"<i title=\"{name}\">{name}</i>");
        Assert.AreEqual(
            "<p><i title=\"&lt;b&gt;&amp;&quot;x&#x27;é\">&lt;b&gt;&amp;&quot;x&#x27;é</i></p>",
            Html.Of($"<p>{item}</p>").ToString());
    }

    [TestMethod]
    public void Numbers_keep_their_format_and_lists_their_items()
    {
        Assert.AreEqual("1,234 0.50", Html.Of($"{1234:N0} {0.5:F2}").ToString());
        Html[] items = [Html.Of($"<i>1</i>"), Html.Of($"<i>2</i>")];
        Assert.AreEqual("<i>1</i>\n<i>2</i>", Html.Of($"{items}").ToString());
        Assert.AreEqual("<i>1</i>\n<i>2</i>", Html.Of($"{items.Select(item => item)}").ToString());
    }

    [TestMethod]
    public void A_table_names_its_columns_and_rows()
    {
        string table = HtmlPage.Table("<what>", ["a", "b"], 1, [["x", "1"], ["<y>", "2"]]).ToString();
        StringAssert.Contains(table, "<figcaption>&lt;what&gt;</figcaption>");
        StringAssert.Contains(table, """<th scope="col">a</th>""");
        StringAssert.Contains(table, """<th scope="col" class="number">b</th>""");
        StringAssert.Contains(table, """<tr><th scope="row">&lt;y&gt;</th><td class="number">2</td></tr>""");
    }
}
