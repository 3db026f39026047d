using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using SoftPool.Files;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>What becomes of the files, links, pipes and devices that are written.</summary>
[TestClass]
public sealed class WholeFileTests : IDisposable
{
    private static readonly byte[] Content = "content"u8.ToArray();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [UnsupportedOSPlatform("windows")]
    [DataRow("rw-------")]
    [DataRow("rw-rw-rw-")]
    [DataRow("rwxr-x---")]
    [DataRow("r--r--r--")]
    public void A_file_that_is_there_keeps_its_permissions(string permissions)
    {
        UnixFileMode mode = 0;
        for (int i = 0; i < 9; i++)
            if (permissions[i] != '-')
                mode |= (UnixFileMode)(1 << (8 - i));
        string path = _folder.Write("model", "before");
        File.SetUnixFileMode(path, mode);
        UnixFileMode meanwhile = 0;
        WholeFile.Write(path, file =>
        {
            meanwhile = File.GetUnixFileMode(((FileStream)file).SafeFileHandle);
            file.Write(Content);
        });
        Assert.AreEqual(mode, File.GetUnixFileMode(path));
        Assert.AreEqual(mode, meanwhile);
        CollectionAssert.AreEqual(Content, File.ReadAllBytes(path));
    }

    [TestMethod]
    [DataRow("target", true)]
    [DataRow("other/target", true)]
    [DataRow("target", false)]
    public void A_symbolic_link_stays_and_its_target_is_written(string target, bool isThere)
    {
        Directory.CreateDirectory(_folder["other"]);
        if (isThere)
            _folder.Write(target, "before");
        File.CreateSymbolicLink(_folder["link"], target);
        File.CreateSymbolicLink(_folder["linklink"], _folder["link"]);
        WholeFile.Write(_folder["linklink"], file => file.Write(Content));
        Assert.AreEqual(target, new FileInfo(_folder["link"]).LinkTarget);
        Assert.AreEqual(_folder["link"], new FileInfo(_folder["linklink"]).LinkTarget);
        CollectionAssert.AreEqual(Content, File.ReadAllBytes(_folder[target]));
        Assert.HasCount(target == "target" ? 3 : 2, _folder.FileNames);
    }

    [TestMethod]
    public void A_link_to_itself_is_an_error_of_input_and_output()
    {
        File.CreateSymbolicLink(_folder["loop"], "loop");
        Assert.Throws<IOException>(() => WholeFile.Write(_folder["loop"], file => file.Write(Content)));
        Assert.AreEqual("loop", new FileInfo(_folder["loop"]).LinkTarget);
    }

    /// <summary>Not the temporary file, of which the user knows nothing.</summary>
    [TestMethod]
    public void A_file_that_cannot_be_written_is_named()
    {
        string path = _folder["none/model"];
        IOException e = Assert.Throws<IOException>(() => WholeFile.Write(path, file => file.Write(Content)));
        StringAssert.Contains(e.Message, $"'{path}'");
        Directory.CreateDirectory(path);
        e = Assert.Throws<IOException>(() => WholeFile.Write(path, file => file.Write(Content)));
        StringAssert.Contains(e.Message, $"'{path}'");
        Assert.IsEmpty(Directory.GetFiles(_folder["none"]));
    }

    /// <summary>Elsewhere it is replaced, and who has it open keeps the old one.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Windows)]
    public void A_file_that_another_program_reads_stays_and_is_named()
    {
        string path = _folder.Write("model", "before");
        using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read))
            StringAssert.Contains(
                Assert.Throws<IOException>(() => WholeFile.Write(path, file => file.Write(Content))).Message,
                $"'{path}' cannot be replaced");
        Assert.AreEqual("before", File.ReadAllText(path));
        TestModels.AssertSequence(["model"], _folder.FileNames);
    }

    [TestMethod]
    [DataRow("m")]
    [DataRow("\u00e9")]
    [DataRow("\u6f22")]
    [DataRow("\U0001f600")]
    public void Every_name_that_a_file_may_have_can_be_written(string character)
    {
        int size = Encoding.UTF8.GetByteCount(character);
        for (int bytes = 236; bytes <= 255; bytes++)
        {
            string name = string.Concat(Enumerable.Repeat(character, bytes / size)) + new string('x', bytes % size);
            WholeFile.Write(_folder[name], file => file.Write(Content));
            CollectionAssert.AreEqual(Content, File.ReadAllBytes(_folder[name]));
            TestModels.AssertSequence([name], _folder.FileNames);
            File.Delete(_folder[name]);
        }
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(255)]
    public void What_a_killed_writer_left_goes_when_the_file_is_written_again(int length)
    {
        string path = _folder[new string('m', length)];
        string? temporary = null;
        WholeFile.Write(path, file => temporary = ((FileStream)file).Name);
        Assert.AreEqual(_folder.Path, Path.GetDirectoryName(temporary));
        string[] others = ["n.abcdefgh.abc.tmp", "m.tmp", "m.backup.tmp", "m.ABCDEFGH.abc.tmp", "mm.abcdefgh.abc.tmp"];
        foreach (string name in (string[])[temporary!, .. others.Select(name => _folder[name])])
        {
            File.WriteAllText(name, "half");
            File.SetLastWriteTimeUtc(name, DateTime.UtcNow.AddMinutes(-1));
        }
        WholeFile.Write(path, file => file.Write(Content));
        CollectionAssert.AreEquivalent((string[])[Path.GetFileName(path), .. others], _folder.FileNames);
    }

    [TestMethod]
    public void What_a_writer_is_still_writing_stays_where_another_writes_the_same_file()
    {
        string path = _folder["model"];
        WholeFile.Write(path, file =>
        {
            file.Write(Content);
            file.Flush();
            File.SetLastWriteTimeUtc(((FileStream)file).SafeFileHandle, DateTime.UtcNow.AddMinutes(-1));
            WholeFile.Write(path, other => other.Write("other"u8));
            Assert.HasCount(2, _folder.FileNames);
        });
        CollectionAssert.AreEqual(Content, File.ReadAllBytes(path));
        TestModels.AssertSequence(["model"], _folder.FileNames);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_named_pipe_gets_what_is_written_and_stays_one()
    {
        string pipe = _folder["pipe"];
        Assert.AreEqual(0, MakePipe(pipe, 0b110_000_000));
        Task<byte[]> read = Task.Run(() => File.ReadAllBytes(pipe));
        await Task.Run(() => WholeFile.Write(pipe, file => file.Write(Content))).WaitAsync(TimeSpan.FromSeconds(20));
        CollectionAssert.AreEqual(Content, await read.WaitAsync(TimeSpan.FromSeconds(20)));
        TestModels.AssertSequence(["pipe"], _folder.FileNames);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_pipe_without_a_name_gets_what_is_written()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        WholeFile.Write($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}", file => file.Write(Content));
        var read = new byte[Content.Length];
        pipe.ReadExactly(read);
        CollectionAssert.AreEqual(Content, read);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_device_stays_one()
    {
        File.CreateSymbolicLink(_folder["null"], "/dev/null");
        WholeFile.Write(_folder["null"], file => file.Write(Content));
        WholeFile.Write("/dev/null", file => file.Write(Content));
        Assert.AreEqual(0, File.ReadAllBytes("/dev/null").Length);
        Assert.AreEqual("/dev/null", new FileInfo(_folder["null"]).LinkTarget);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_model_goes_through_a_named_pipe()
    {
        Model model = TestModels.WithWeights(TestModels.EveryOperator());
        string pipe = _folder["pipe"];
        Assert.AreEqual(0, MakePipe(pipe, 0b110_000_000));
        Task<Model> read = Task.Run(() => Model.Load(pipe));
        await Task.Run(() => model.Save(pipe)).WaitAsync(TimeSpan.FromSeconds(20));
        Model back = await read.WaitAsync(TimeSpan.FromSeconds(20));
        TestModels.AssertSequence(
            model.Weights["linear.weight"].Data.Span, back.Weights["linear.weight"].Data.ToArray());
    }

    [DllImport("libc", EntryPoint = "mkfifo", CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int MakePipe(string path, uint mode);
}
