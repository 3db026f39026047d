using System.Diagnostics;
using System.Formats.Tar;
using Parquet;
using SkiaSharp;
using SoftPool.Operators;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Shards;
using SoftPool.Trainer.Tests.Reports;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>run --list and merge as a user starts them, on 40 pictures of one colour each, 4 of which are none.</summary>
[TestClass]
public sealed class RunListTests : IDisposable
{
    private const int Count = 40;

    private readonly TemporaryFolder _folder = new();

    public RunListTests()
    {
        TinyRun.Model("red", "green", "blue").Save(_folder["tiny.safetensors"]);
        Directory.CreateDirectory(_folder["pictures/sub, folder"]);
        for (int i = 0; i < Count; i++)
        {
            string path = _folder[i % 3 == 0 ? $"pictures/sub, folder/{i:D2}.png" : $"pictures/{i:D2}.png"];
            using var picture = new SKBitmap(2 + i % 3, 2);
            picture.Erase(i % 3 == 0 ? SKColors.Red : i % 3 == 1 ? SKColors.Lime : SKColors.Blue);
            using FileStream file = File.Create(path);
            if (i % 10 == 9)
                file.Write("no picture"u8);
            else
                picture.Encode(file, SKEncodedImageFormat.Png, quality: 100);
        }
        File.WriteAllText(_folder["pictures/notes.txt"], "not of the list");
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void All_pictures_are_classified_in_the_order_of_their_paths()
    {
        Command command = Run("pictures", "-o", _folder["out"], "--batch", "7");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "part 0/1 (the whole list): 40 of 40 pictures, 0 were done before");
        StringAssert.Contains(command.Output, "4 of them could not be read");
        string[] lines = File.ReadAllLines(_folder["out/shard-0-of-1.csv"]);
        Assert.AreEqual(
            "index,picture,class_1,probability_1,class_2,probability_2,class_3,probability_3,error", lines[0]);
        // Capitals and digits come before letters: 01.png, 02.png, 04.png, ..., sub, folder/00.png.
        Assert.AreEqual("0,01.png,green,0.964663,red,0.0176684,blue,0.0176684,", lines[1]);
        Assert.AreEqual("1,02.png,blue,0.964663,red,0.0176684,green,0.0176684,", lines[2]);
        int broken = Array.FindIndex(lines, line => line.Contains("19.png", StringComparison.Ordinal));
        StringAssert.EndsWith(
            lines[broken], "19.png,,,,,,,\"19.png cannot be decoded: it is no valid JPEG, PNG, WebP or BMP.\"");
        StringAssert.StartsWith(lines[Count], "39,\"sub, folder/39.png\",");
        Tensor values = NpyFile.Read(_folder["out/shard-0-of-1.npy"]);
        Assert.AreEqual(new TensorShape(Count, 3), values.Shape);
        CollectionAssert.AreEqual((float[])[0, 4, 0, 0, 0, 4], values.Data[..6].ToArray());
        Assert.IsTrue(values.Data[(3 * (broken - 1))..(3 * broken)].ToArray().All(float.IsNaN));
    }

    [TestMethod]
    public void Folder_archive_and_list_in_parts_make_the_same_whole()
    {
        Assert.AreEqual(0, Run("pictures", "-o", _folder["whole"]).ExitCode);
        TarFile.CreateFromDirectory(_folder["pictures"], _folder["pictures.tar"], includeBaseDirectory: false);
        File.WriteAllLines(
            _folder["pictures/list.txt"], Records("whole/shard-0-of-1.csv").Skip(1).Select(record => record[1]));
        byte[] whole = Merge("whole");
        foreach (string list in (string[])["pictures", "pictures.tar", "pictures/list.txt"])
        {
            string output = Path.GetFileName(list) + ".out";
            for (int shard = 0; shard < 3; shard++)
            {
                Command command = Run(list, "-o", _folder[output], "--shard", $"{shard}/3", "--batch", "4");
                Assert.AreEqual(0, command.ExitCode, command.Output);
            }
            // An archive has an order of its own.
            if (!list.EndsWith(".tar", StringComparison.Ordinal))
                CollectionAssert.AreEqual(whole, Merge(output), list);
            else
                CollectionAssert.AreEquivalent(Lines(whole), Lines(Merge(output)));
        }

        static string[] Lines(byte[] csv) =>
            [.. System.Text.Encoding.UTF8.GetString(csv).Split('\n').Select(line => line[(line.IndexOf(',') + 1)..])];
    }

    [TestMethod]
    public void Whatever_a_killed_run_left_is_continued_and_nothing_is_lost_or_doubled()
    {
        string csv = _folder["out/shard-0-of-1.csv"], npy = _folder["out/shard-0-of-1.npy"];
        Assert.AreEqual(0, Run("pictures", "-o", _folder["out"]).ExitCode);
        byte[] table = File.ReadAllBytes(csv), values = File.ReadAllBytes(npy);
        // As a kill leaves them: cut off anywhere, the table at most as far as the values, and after a loss of power
        // further.
        var random = new Random(1);
        foreach ((int rows, int bytes) in (ReadOnlySpan<(int, int)>)
                 [(table.Length, values.Length - 5), (table.Length - 3, values.Length), (0, 0), (50, 0), (95, 140),
                     (random.Next(table.Length), values.Length), (random.Next(table.Length), random.Next(values.Length))])
        {
            File.WriteAllBytes(csv, table[..rows]);
            File.WriteAllBytes(npy, values[..bytes]);
            Command command = Run("pictures", "-o", _folder["out"]);
            Assert.AreEqual(0, command.ExitCode, command.Output);
            CollectionAssert.AreEqual(table, File.ReadAllBytes(csv), $"{rows}, {bytes}");
            CollectionAssert.AreEqual(values, File.ReadAllBytes(npy), $"{rows}, {bytes}");
        }
        StringAssert.Contains(Run("pictures", "-o", _folder["out"]).Output, "40 were done before");
    }

    [TestMethod]
    public void A_run_that_is_asked_to_end_keeps_what_it_has()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Windows has no signal to send to a single process.");
        // A list long enough to be interrupted anywhere in it.
        File.WriteAllLines(
            _folder["pictures/list.txt"], Enumerable.Range(0, 20_000).Select(i => $"{i % 2 + 1:D2}.png"));
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Softpool.Program, "run", _folder["tiny.safetensors"], "--list", _folder["pictures/list.txt"],
                "-o", _folder["out"], "--batch", "8",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        var patience = Stopwatch.StartNew();
        while (Length() < 1000 && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
            Thread.Sleep(20);
        Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]).WaitForExit();
        Assert.IsTrue(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.AreEqual(75, process.ExitCode, output.Result + error.Result);
        string[] lines = File.ReadAllLines(_folder["out/shard-0-of-1.csv"]);
        Assert.IsGreaterThan(8, lines.Length);
        Assert.IsLessThan(20_000, lines.Length);
        for (int i = 1; i < lines.Length; i++)
            StringAssert.StartsWith(lines[i], $"{i - 1},{(i - 1) % 2 + 1:D2}.png,{(i % 2 == 1 ? "green" : "blue")},");
        Command merge = Softpool.Run("merge", _folder["out"], "-o", _folder["all.csv"]);
        Assert.AreEqual(1, merge.ExitCode);
        StringAssert.Contains(merge.Output, "part 0/1 is not complete");

        long Length() => File.Exists(_folder["out/shard-0-of-1.csv"])
            ? new FileInfo(_folder["out/shard-0-of-1.csv"]).Length : 0;
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void What_is_no_regular_file_is_an_unreadable_picture()
    {
        string[] odd = ["dangling.png", "folder.png", "loop.png", "pipe.png", "zero.png"];
        Process.Start("mkfifo", [_folder["pictures/pipe.png"]]).WaitForExit();
        Directory.CreateDirectory(_folder["pictures/folder.png"]);
        File.CreateSymbolicLink(_folder["pictures/dangling.png"], _folder["nowhere"]);
        File.CreateSymbolicLink(_folder["pictures/loop.png"], _folder["pictures/loop.png"]);
        File.CreateSymbolicLink(_folder["pictures/zero.png"], "/dev/zero");
        File.WriteAllLines(_folder["pictures/list.txt"], ["01.png", .. odd]);
        foreach ((string list, int good) in (ReadOnlySpan<(string, int)>)[("pictures", 36), ("pictures/list.txt", 1)])
        {
            string output = Path.GetFileName(list) + ".out";
            Command command = Run(list, "-o", _folder[output]);
            Assert.AreEqual(0, command.ExitCode, command.Output);
            string[][] records = [.. Records($"{output}/shard-0-of-1.csv").Skip(1)];
            Assert.HasCount(good, records.Where(record => record[^1].Length == 0));
            foreach (string name in odd)
                Assert.AreNotEqual("", records.Single(record => record[1] == name)[^1], name);
        }
        Command refused = Run("pictures/pipe.png", "-o", _folder["pipe.out"]);
        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Output, "is a pipe, a socket or a device");
        // Nobody writes a model into it.
        foreach (string[] command in (string[][])
                 [["run", _folder["pictures/pipe.png"], "--list", _folder["pictures"], "-o", _folder["pipe.out"]],
                     ["agree", _folder["pictures/pipe.png"], "-o", _folder["pipe.out"]]])
        {
            refused = Softpool.Run(command);
            Assert.AreEqual(1, refused.ExitCode);
            StringAssert.Contains(refused.Output, "is a pipe, a socket or a device");
        }
        refused = Softpool.Run("run", _folder["tiny.safetensors"], _folder["pictures/pipe.png"]);
        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Output, "is a pipe, a socket or a device");
    }

    [TestMethod]
    public void Maps_and_chosen_outputs_of_a_network_are_values_without_a_ranking()
    {
        var graph = new ModelGraph(
            "dense", [new NetworkInput("input", new TensorShape(3, 2, 2))],
            [new Layer("map", new Conv2d(3, 2, 1, 1, 0)), new Layer("flat", new Flatten())],
            [("map", "map"), ("flat", "flat")]);
        var weights = new Dictionary<string, Tensor>
        {
            // The first map is red, the second green and blue.
            ["map.weight"] = new(new TensorShape(2, 3, 1, 1), new float[] { 1, 0, 0, 0, 1, 1 }),
            ["map.bias"] = new(new TensorShape(2), new float[2]),
        };
        new Model(graph, weights, [], new Preprocessing([0, 0, 0], [1, 1, 1])).Save(_folder["tiny.safetensors"]);
        for (int shard = 0; shard < 2; shard++)
            Assert.AreEqual(0, Run("pictures", "-o", _folder["maps"], "--shard", $"{shard}/2", "--batch", "3").ExitCode);
        Command merge = Softpool.Run("merge", _folder["maps"], "-o", _folder["maps.csv"], _folder["maps.npy"]);
        Assert.AreEqual(0, merge.ExitCode, merge.Output);
        Assert.AreEqual("index,picture,error\n0,01.png,\n1,02.png,\n", File.ReadAllText(_folder["maps.csv"])[..40]);
        Tensor values = NpyFile.Read(_folder["maps.npy"]);
        Assert.AreEqual(new TensorShape(Count, 2, 2, 2), values.Shape);
        CollectionAssert.AreEqual((float[])[0, 0, 0, 0, 1, 1, 1, 1], values.Data[..8].ToArray());

        Command command = Run("pictures", "-o", _folder["flat"], "--output-value", "flat");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.AreEqual(new TensorShape(Count, 8), NpyFile.Read(_folder["flat/shard-0-of-1.npy"]).Shape);
        // Neither is continued as the other.
        command = Run("pictures", "-o", _folder["flat"], "--output-value", "map");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "belongs to another run: it has the output flat");
        command = Run("pictures", "-o", _folder["none"], "--output-value", "neither");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "'dense' has no output neither; it has map, flat.");
        Assert.IsFalse(Directory.Exists(_folder["none"]));
    }

    [TestMethod]
    public async Task Merge_writes_tables_and_values()
    {
        for (int shard = 0; shard < 2; shard++)
            Assert.AreEqual(0, Run("pictures", "-o", _folder["out"], "--shard", $"{shard}/2").ExitCode);
        Command command = Softpool.Run(
            "merge", _folder["out"], "-o", _folder["all.csv"], _folder["all.parquet"], _folder["all.npy"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        string[][] records = [.. Records("all.csv")];
        Assert.HasCount(Count + 1, records);
        Tensor values = NpyFile.Read(_folder["all.npy"]);
        Assert.AreEqual(new TensorShape(Count, 3), values.Shape);

        await using ParquetReader parquet = await ParquetReader.CreateAsync(_folder["all.parquet"]);
        CollectionAssert.AreEqual(
            records[0], parquet.Schema.GetDataFields().Select(field => field.Name).ToArray());
        using ParquetRowGroupReader group = parquet.OpenRowGroupReader(0);
        var classes = new string?[Count];
        await group.ReadAsync(parquet.Schema.FindDataField("class_1"), classes.AsMemory()!);
        var probabilities = new double?[Count];
        await group.ReadAsync<double>(parquet.Schema.FindDataField("probability_1"), probabilities.AsMemory());
        for (int i = 0; i < Count; i++)
        {
            Assert.AreEqual(records[i + 1][2], classes[i] ?? "");
            Assert.AreEqual(records[i + 1][2].Length == 0, probabilities[i] is null);
            if (probabilities[i] is { } probability)
                Assert.AreEqual(0.964663, probability, 1e-6);
        }
    }

    [TestMethod]
    public void Parts_that_make_no_whole_are_refused_with_all_reasons()
    {
        Assert.AreEqual(0, Run("pictures", "-o", _folder["out"], "--shard", "0/3").ExitCode);
        Assert.AreEqual(0, Run("pictures", "-o", _folder["out"], "--shard", "2/3").ExitCode);
        Refused("of 3 parts these are missing: 1");
        Assert.AreEqual(0, Run("pictures", "-o", _folder["out"], "--shard", "1/3", "--top", "2").ExitCode);
        Assert.AreEqual(1, Run("pictures", "-o", _folder["out"], "--shard", "1/4", "--max-errors", "0").ExitCode);
        Refused("part 1/3 ranks 2 classes; part 1/4 is one of 4 parts, not of 3");
        File.Delete(_folder["pictures/01.png"]);
        Command other = Run("pictures", "-o", _folder["out"], "--shard", "0/3");
        Assert.AreEqual(1, other.ExitCode);
        StringAssert.Contains(other.Output, "belongs to another run: it is of another list");

        void Refused(string reason)
        {
            Command merge = Softpool.Run("merge", _folder["out"], "-o", _folder["all.csv"]);
            Assert.AreEqual(1, merge.ExitCode, merge.Output);
            StringAssert.Contains(merge.Output, reason);
            Assert.IsFalse(File.Exists(_folder["all.csv"]));
        }
    }

    [TestMethod]
    public void Too_many_unreadable_pictures_end_the_run_and_a_larger_limit_continues_it()
    {
        Command command = Run("pictures", "-o", _folder["out"], "--max-errors", "2");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "picture 3 of the part that cannot be read, and --max-errors allows 2");
        command = Run("pictures", "-o", _folder["out"], "--max-errors", "4");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.HasCount(Count + 1, File.ReadAllLines(_folder["out/shard-0-of-1.csv"]));
    }

    [TestMethod]
    [DataRow("run takes a picture or an array, or a --list of pictures.", "pictures/01.png")]
    [DataRow("run --list needs --output, the folder for the results.")]
    [DataRow("There is no folder, archive or list of pictures at", "-o", "out", "--list", "nowhere")]
    [DataRow("is no list of pictures", "-o", "out", "--list", "tiny.safetensors")]
    [DataRow("Part 41/50 (--shard) of 40 pictures is empty", "-o", "out", "--shard", "41/50")]
    [DataRow("--max-errors takes a whole number of at least 0; got -1.", "-o", "out", "--max-errors", "-1")]
    public void What_cannot_be_run_is_refused_and_nothing_is_written(string message, params string[] arguments)
    {
        string[] before = _folder.FileNames;
        string[] list = arguments.Contains("--list") ? [] : ["--list", _folder["pictures"]];
        Command command = Softpool.Run(
        [
            "run", _folder["tiny.safetensors"], .. list,
            .. arguments.Select((argument, i) =>
                i > 0 && arguments[i - 1] is "-o" or "--list" || argument.EndsWith(".png", StringComparison.Ordinal)
                    ? _folder[argument] : argument),
        ]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, message);
        CollectionAssert.AreEqual(before, _folder.FileNames);
        Assert.IsFalse(Directory.Exists(_folder["out"]));
    }

    private Command Run(string list, params string[] arguments) =>
        Softpool.Run(["run", _folder["tiny.safetensors"], "--list", _folder[list], .. arguments]);

    private List<string[]> Records(string csv)
    {
        var records = new List<string[]>();
        using StreamReader text = File.OpenText(_folder[csv]);
        while (CsvRecord.Read(text) is { } record)
            records.Add(record);
        return records;
    }

    private byte[] Merge(string output)
    {
        Command command = Softpool.Run("merge", _folder[output], "-o", _folder[output + ".csv"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        return File.ReadAllBytes(_folder[output + ".csv"]);
    }
}
