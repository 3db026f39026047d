using SoftPool.Trainer.Tests.Data;
using SoftPool.Trainer.Tests.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>report and compare as a user starts them, on runs made by hand.</summary>
[TestClass]
public sealed class ReportCommandTests
{
    [TestMethod]
    public void Report_and_compare_write_what_they_say()
    {
        using var folder = new TemporaryFolder();
        Pictures.WriteColours(folder["colours"]);
        // The network's first class is the strongest red: alphabetical order makes "blue" of it, and two answers wrong.
        TinyRun.Write(folder["runs/a"], folder["colours"]);
        TinyRun.Write(folder["runs/b"], folder["nowhere"]);

        Command report = Softpool.Run("report", folder["runs/a"], "--no-bench");
        Assert.AreEqual(0, report.ExitCode, report.Output);
        StringAssert.Contains(report.Output, "33.3 % of 3 test images of colours answered right");
        StringAssert.Contains(report.Output, "epoch 1");
        StringAssert.Contains(File.ReadAllText(folder["runs/a/report/report.html"]), "with the weights of epoch 1,");
        CollectionAssert.AreEqual(
            (string[])["accuracy.png", "classes.png", "confusion.png", "loss.png", "predictions.png", "report.html"],
            Directory.GetFiles(folder["runs/a/report"]).Select(Path.GetFileName).Order().ToArray());

        Command elsewhere = Softpool.Run("report", folder["runs/b"], "--data", folder["colours"], "-o", folder["out"]);
        Assert.AreEqual(0, elsewhere.ExitCode, elsewhere.Output);
        StringAssert.Contains(File.ReadAllText(folder["out/report.html"]), "<h2>Throughput</h2>");

        Command compare = Softpool.Run("compare", folder["runs/a"], folder["runs/b"], "--output", folder["compare"]);
        Assert.AreEqual(0, compare.ExitCode, compare.Output);
        StringAssert.Contains(compare.Output, "75.0 %");
        Assert.DoesNotContain("warning", compare.Output);
        string[] csv = File.ReadAllLines(folder["compare/compare.csv"]);
        Assert.HasCount(3, csv);
        StringAssert.Contains(csv[0], "images_per_second (torch");
        StringAssert.Contains(csv[0], "images_per_second (Vulkan");
        Assert.IsTrue(File.Exists(folder["compare/compare.html"]) && File.Exists(folder["compare/accuracy.png"]));

        // Without the weights, what is left still tells the same of the training.
        foreach (string run in (string[])["runs/a", "runs/b"])
            foreach (string checkpoint in Directory.GetFiles(folder[run], "*.safetensors"))
                File.Delete(checkpoint);
        Command again =
            Softpool.Run("compare", folder["runs/a"], folder["runs/b"], "--no-bench", "-o", folder["again"]);
        Assert.AreEqual(0, again.ExitCode, again.Output);
        Assert.AreEqual(
            csv[1].Split(',')[..16].Aggregate((left, right) => $"{left},{right}"),
            File.ReadAllLines(folder["again/compare.csv"])[1]);
    }

    [TestMethod]
    public void Parts_of_the_test_images_make_the_same_report()
    {
        using var folder = new TemporaryFolder();
        Pictures.WriteColours(folder["colours"]);
        TinyRun.Write(folder["run"], folder["colours"]);
        Assert.AreEqual(0, Softpool.Run("report", folder["run"], "--no-bench", "-o", folder["whole"]).ExitCode);
        Command command = Softpool.Run("report", folder["run"], "--shard", "1/2");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "part 1/2 (--shard): 1 of 3 images");
        Refused("of 2 parts these are missing: 0");
        command = Softpool.Run([("PMI_RANK", "0"), ("PMI_SIZE", "2")], "report", folder["run"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.IsFalse(Directory.Exists(folder["run/report"]));
        string[] lines = File.ReadAllLines(folder["run/parts/shard-0-of-2.csv"]);
        Assert.AreEqual("image,label,answer,confidence", lines[1]);
        StringAssert.StartsWith(lines[2], "0,0,2,0.9");
        StringAssert.StartsWith(lines[3], "2,2,0,0.9");

        command = Softpool.Run("report", folder["run"], "--no-bench", "--parts", folder["run/parts"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        foreach (string file in Directory.GetFiles(folder["whole"]).Select(path => Path.GetFileName(path)))
            CollectionAssert.AreEqual(
                File.ReadAllBytes(folder[$"whole/{file}"]), File.ReadAllBytes(folder[$"run/report/{file}"]), file);

        // Of another image, of another class, of other weights.
        Damaged("2,2,0,", "1,2,0,", "not the numbers of image 2");
        Damaged("2,2,0,", "2,1,0,", "image 2 is of class 2 of 3, and they have 1,0,");
        Damaged("2,2,0,", "2,2,3,", "image 2 is of class 2 of 3, and they have 2,3,");
        Damaged("sha256 ", "sha256 0", "part 0/2 is of tiny of epoch 1, sha256 0");
        Damaged("# ", "", "part 0/2 is of something, not of tiny of epoch 1");

        void Damaged(string old, string replacement, string reason)
        {
            string text = string.Join('\n', lines) + "\n";
            int place = text.IndexOf(old, StringComparison.Ordinal);
            File.WriteAllText(
                folder["run/parts/shard-0-of-2.csv"], text[..place] + replacement + text[(place + old.Length)..]);
            Refused(reason);
        }

        void Refused(string reason)
        {
            Command refused =
                Softpool.Run("report", folder["run"], "--no-bench", "--parts", folder["run/parts"], "-o", folder["no"]);
            Assert.AreEqual(1, refused.ExitCode, refused.Output);
            StringAssert.Contains(refused.Output, reason);
            Assert.IsFalse(Directory.Exists(folder["no"]));
        }
    }

    [TestMethod]
    [DataRow("report {0}/nowhere", "There is no training in")]
    [DataRow("report {0}/unfinished", "has not finished an epoch yet")]
    [DataRow("report {0}/damaged", "no valid safetensors file")]
    [DataRow("report {0}/run --no-bench", "lost")]
    [DataRow("report {0}/run --data {0}/colours --no-bench", "was trained on colours, whose classes are x, y, z")]
    [DataRow("compare {0}/run", "at least two runs")]
    [DataRow("compare {0}/run {0}/colours/../run", "each run once")]
    [DataRow("compare {0}/run {0}/run/", "each run once")]
    [DataRow("compare {0}/run {0}/nowhere", "There is no training in")]
    [DataRow("compare {0}/run {0}/unfinished", "has not finished an epoch yet")]
    [DataRow("compare {0}/run {0}/torn", "is not the record of a training")]
    public void What_cannot_be_done_is_one_sentence_and_leaves_nothing(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        Pictures.WriteColours(folder["colours"]);
        TinyRun.Write(folder["run"], folder["lost"], null, "x", "y", "z");
        TinyRun.Write(folder["unfinished"], folder["colours"], new TrainingState { Step = 3 });
        folder.Write("torn/record.json", "{ \"Run\": 1 }");
        folder.Write("damaged/last.safetensors", "not a checkpoint at all");
        string[] before = Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories);
        Command command = Softpool.Run(
            [.. arguments.Replace("{0}", folder.Path, StringComparison.Ordinal).Split(' '), "--output", folder["out"]]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, expected);
        Assert.DoesNotContain("   at ", command.Output, "There is a stack trace.");
        CollectionAssert.AreEquivalent(
            before, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }
}
