using System.Buffers.Binary;
using System.Reflection;
using SoftPool.WeakSymbolVersion;

namespace SoftPool.Tools.Tests;

[TestClass]
public sealed class WeakSymbolVersionTests
{
    private const string Version = "GLIBCXX_3.4.32";

    private static readonly byte[] Packaged = File.ReadAllBytes(BuildPaths.PackagedLibTorchSharp);

    private readonly string _folder = Directory.CreateTempSubdirectory("softpool-weak-").FullName;

    private string Output => Path.Combine(_folder, "sub", "cured.so");

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Only_the_flags_of_the_one_need_change()
    {
        Assert.AreEqual(0, Run(BuildPaths.PackagedLibTorchSharp, Output, Version).Status);

        byte[] cured = File.ReadAllBytes(Output);
        Assert.HasCount(Packaged.Length, cured);
        int[] changed = [.. Enumerable.Range(0, cured.Length).Where(i => cured[i] != Packaged[i])];
        int flags = Assert.ContainsSingle(changed);
        Assert.AreEqual(0, Packaged[flags]);
        Assert.AreEqual(2, cured[flags]);
        // Elf64_Vernaux opens with the version's System V hash, four bytes before its flags.
        uint hash = BinaryPrimitives.ReadUInt32LittleEndian(cured.AsSpan(flags - 4));
        Assert.AreEqual(SystemVHash(Version), hash);
    }

    [TestMethod]
    public void A_cured_file_stays_as_it_is_even_onto_itself()
    {
        WeakCopy.Write(BuildPaths.PackagedLibTorchSharp, Output, Version);
        byte[] once = File.ReadAllBytes(Output);

        Assert.AreEqual(0, Run(Output, Output, Version).Status);

        CollectionAssert.AreEqual(once, File.ReadAllBytes(Output));
        Assert.HasCount(1, Directory.GetFiles(Path.GetDirectoryName(Output)!));
    }

    [TestMethod]
    public void A_version_wanted_from_two_libraries_is_found_twice() =>
        Assert.HasCount(2, VersionNeeds.FindFlags(Packaged, "GLIBC_2.2.5"));

    [TestMethod]
    [DataRow("GLIBCXX_3.4.33", DisplayName = "an unknown version")]
    [DataRow("GLIBCXX_3.4.3", DisplayName = "the beginning of a version")]
    [DataRow("", DisplayName = "no name")]
    public void A_version_not_needed_is_refused(string version) =>
        Refused(BuildPaths.PackagedLibTorchSharp, version, $"it does not need symbol version {version}.");

    [TestMethod]
    [DataRow(0)]
    [DataRow(63)]
    [DataRow(64)]
    [DataRow(0x3f8f0 + 0x140)]
    [DataRow(2399007)]
    public void A_truncated_file_is_refused(int length) =>
        Refused(Save(Packaged[..length]), Version, length < 64 ? "expected a 64-bit" : "damaged: ");

    [TestMethod]
    [DataRow(0, (byte)'M', "expected a 64-bit little-endian ELF file", DisplayName = "no ELF at all")]
    [DataRow(4, (byte)1, "expected a 64-bit little-endian ELF file", DisplayName = "32 bits")]
    [DataRow(5, (byte)2, "expected a 64-bit little-endian ELF file", DisplayName = "big endian")]
    [DataRow(46, (byte)1, "damaged: the section header table", DisplayName = "section headers beyond the end")]
    [DataRow(58, (byte)40, "expected section headers of 64 bytes, got 40", DisplayName = "other section headers")]
    public void A_wrong_header_is_refused(int offset, byte value, string sentence)
    {
        byte[] wrong = [.. Packaged];
        wrong[offset] = value;
        Refused(Save(wrong), Version, sentence);
    }

    [TestMethod]
    public void Whatever_the_needs_say_nothing_is_read_outside_the_file()
    {
        int needs = VersionNeeds.FindFlags(Packaged, "GLIBC_2.3")[0] - 4 - 16;
        byte[] damaged = [.. Packaged];
        for (int i = needs; i < needs + 0x210; i++)
        {
            damaged[i] = 0xff;
            try
            {
                Assert.IsNotEmpty(VersionNeeds.FindFlags(damaged, Version));
            }
            catch (InvalidDataException)
            {
            }

            damaged[i] = Packaged[i];
        }
    }

    [TestMethod]
    public void A_missing_file_is_refused() =>
        Refused(Path.Combine(_folder, "none.so"), Version, "Could not find file");

    [TestMethod]
    public void The_wrong_number_of_arguments_is_refused()
    {
        (int status, string message) = Run("a", "b");
        Assert.AreEqual(1, status);
        StringAssert.Contains(message, "expected three arguments, INPUT OUTPUT VERSION");
    }

    private void Refused(string input, string version, string sentence)
    {
        (int status, string message) = Run(input, Output, version);
        Assert.AreEqual(1, status);
        StringAssert.StartsWith(message, $"WeakSymbolVersion: {input}: {sentence}");
        Assert.HasCount(1, message.TrimEnd().Split('\n'));
        Assert.IsFalse(Directory.Exists(Path.GetDirectoryName(Output)), "something was written");
    }

    private string Save(byte[] bytes)
    {
        string path = Path.Combine(_folder, "input.so");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    // The program itself, as the build runs it, in this process: its exit status and what it says on standard error.
    private static (int Status, string Message) Run(params string[] arguments)
    {
        TextWriter before = Console.Error;
        using StringWriter said = new();
        Console.SetError(said);
        try
        {
            MethodInfo main = typeof(WeakCopy).Assembly.EntryPoint!;
            return ((int)main.Invoke(null, [arguments])!, said.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }

    private static uint SystemVHash(string name)
    {
        uint hash = 0;
        foreach (char letter in name)
        {
            hash = (hash << 4) + letter;
            hash = (hash ^ ((hash & 0xf0000000) >> 24)) & 0x0fffffff;
        }

        return hash;
    }
}
