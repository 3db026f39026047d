using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Reports;

/// <summary>The pages: whole by themselves, sound, and safe whatever classes and runs are called.</summary>
[TestClass]
public sealed partial class PageTests
{
    private static readonly string[] Hostile = ["""<b>&"x""", "</style><script>alert(1)</script>", "' onerror='x"];

    [TestMethod]
    public void A_report_is_whole_by_itself_and_encodes_what_it_is_given()
    {
        IReadOnlyDictionary<string, byte[]> files = Report([new("torch", 1, 10), new("Vulkan, <llvmpipe>", 1, 40)])
            .Files();
        CollectionAssert.AreEquivalent(
            (string[])["loss.png", "accuracy.png", "predictions.png", "confusion.png", "classes.png", "report.html"],
            files.Keys.ToArray());
        XElement page = Parse(files["report.html"]);
        // Loss, accuracy, confusion, classes, and the three images.
        Assert.AreEqual(7, page.Descendants("img").Count());
        Assert.AreEqual(1, page.Descendants("figure").Count(figure => figure.Attribute("class")?.Value == "wrong"));
        XElement classes = TableOf(page, "recall");
        CollectionAssert.AreEqual(Hostile, classes.Descendants("th").Where(IsRow).Select(cell => cell.Value).ToArray());
        CollectionAssert.AreEqual(
            (string[])["1", "100.0 %", "50.0 %", "1", "0.0 %", "–", "1", "100.0 %", "100.0 %"],
            classes.Descendants("td").Select(cell => cell.Value).ToArray());
        CollectionAssert.AreEqual(
            (string[])["1", "10.0", "100.0", "100 %", "1", "40.0", "25.0", "25 %"],
            TableOf(page, "of torch").Descendants("td").Select(cell => cell.Value).ToArray());
        StringAssert.Contains(page.Value, "2 of 3");
        StringAssert.Contains(page.Value, "2:05 min");
    }

    [TestMethod]
    public void Without_speeds_there_is_no_throughput() =>
        Assert.DoesNotContain("Throughput", Encoding.UTF8.GetString(Report([]).Files()["report.html"]));

    [TestMethod]
    public void The_page_says_which_images_chose_the_best_epoch()
    {
        RunReport report = Report([]);
        StringAssert.Contains(Page(report), "by the accuracy on the test images, because");
        RunReport validated = report with { Run = report.Run with { ValidationImages = 5 } };
        StringAssert.Contains(Page(validated), "by the accuracy on 5 validation images");

        static string Page(RunReport report) => Encoding.UTF8.GetString(report.Files()["report.html"]);
    }

    [TestMethod]
    public void The_page_says_what_a_fine_tuning_began_with_and_how_pictures_were_resized()
    {
        RunReport report = Report([]);
        string page = Encoding.UTF8.GetString((report with
        {
            Run = report.Run with
            {
                Preprocessing = Preprocessing.ImageNet with
                {
                    Resize = new CenterCrop(256) { Interpolation = Interpolation.Bicubic },
                },
                FineTuning = new FineTuning
                {
                    Weights = "/home/somebody/pets.safetensors",
                    Sha256 = "00ff",
                    Freeze = ["features.*", "*.bias"],
                    NewParameters = ["fc.weight", "fc.bias"],
                    NewLearningRate = 0.01,
                },
            },
        }).Files()["report.html"]);
        StringAssert.Contains(page, "shorter edge to 256 pixels, then the centre, bicubic");
        StringAssert.Contains(
            page,
            "pets.safetensors, sha256 00ff; new: fc.weight, fc.bias, learning rate 0.01; frozen: features.*, *.bias");
        Assert.DoesNotContain("somebody", page);
        Assert.DoesNotContain("began with", Encoding.UTF8.GetString(report.Files()["report.html"]));
    }

    [TestMethod]
    public void A_comparison_is_whole_by_itself_and_warns_of_different_data()
    {
        ComparedRun[] runs = [TinyRun.Compared(Hostile[0]), TinyRun.Compared(Hostile[1], dataName: "others")];
        byte[] curves = LearningCurves.Compare(runs);
        XElement page = Parse(Encoding.UTF8.GetBytes(ComparePage.Of(new Comparison(runs), curves, "")));
        XElement warning = page.Descendants("p").Single(p => p.Attribute("class")?.Value == "warning");
        StringAssert.Contains(warning.Value, $"{Hostile[1]} used others with 40 training and 3 test images");
        string same = ComparePage.Of(new Comparison([runs[0], TinyRun.Compared("b")]), curves, "");
        Assert.DoesNotContain("Warning", same);
        StringAssert.Contains(same, "75.0 %");
    }

    private static RunReport Report(IReadOnlyList<ThroughputRow> speeds)
    {
        var set = new ImageSet(2, new byte[36], [0, 1, 2]);
        var result = new Classification(Hostile, [0, 1, 2], [0, 0, 2], [0.5f, 0.5f, 0.5f]);
        TrainingState state = TinyRun.State();
        return new RunReport(
            TinyRun.Description(), state, state.Best!,
            TinyRun.Model(Hostile), "colours", result, new PredictionSheet(set, result),
            speeds, "note");
    }

    /// <summary>Parses a page as XML, strictly, and looks for anything that it refers to or could run.</summary>
    private static XElement Parse(byte[] html)
    {
        string text = Encoding.UTF8.GetString(html);
        Assert.DoesNotContain("http://", text);
        Assert.DoesNotContain("https://", text);
        Assert.DoesNotContain("@import", text);
        Assert.DoesNotContain("url(", text);
        Assert.DoesNotContain("<script", text);
        using var reader = XmlReader.Create(
            new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        XElement page = XElement.Load(reader);
        foreach (XAttribute attribute in page.DescendantsAndSelf().Attributes())
        {
            string name = attribute.Name.LocalName;
            Assert.IsFalse(name.StartsWith("on", StringComparison.Ordinal), $"{name} runs a script.");
            if (name is "src" or "href")
                Assert.IsTrue(DataUri().IsMatch(attribute.Value),
                    $"{name} is {attribute.Value[..Math.Min(60, attribute.Value.Length)]}");
        }
        foreach (XElement image in page.Descendants("img"))
        {
            Assert.IsFalse(string.IsNullOrWhiteSpace(image.Attribute("alt")?.Value), "A picture has no alt text.");
            byte[] png = Convert.FromBase64String(image.Attribute("src")!.Value.Split(',')[1]);
            Assert.AreEqual("PNG", Encoding.ASCII.GetString(png, 1, 3));
        }
        Assert.AreEqual(1, page.Descendants("h1").Count());
        return page;
    }

    private static bool IsRow(XElement cell) => cell.Attribute("scope")?.Value == "row";

    private static XElement TableOf(XElement page, string column) => page.Descendants("table").Single(
        table => table.Descendants("th").Any(cell => !IsRow(cell) && cell.Value == column));

    [GeneratedRegex("^data:(image/png;base64,[A-Za-z0-9+/=]+|,)$")]
    private static partial Regex DataUri();
}
