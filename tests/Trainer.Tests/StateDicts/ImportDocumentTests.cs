using System.IO.Compression;
using System.Text;
using SoftPool.Trainer.StateDicts;

namespace SoftPool.Trainer.Tests.StateDicts;

/// <summary>The table in docs/import.md against what the reader says.</summary>
[TestClass]
public sealed class ImportDocumentTests : IDisposable
{
    private static readonly string Whole =
        TorchFiles.OneTensor("FloatStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85");

    private static readonly (string What, string Name, byte[] Content, string? Key)[] Cases =
    [
        ("code", "a.pth", TorchFiles.Zip("\x80\u0002cos\nsystem\nX\u0002\0\0\0ls\x85R."), null),
        ("a whole module", "a.pth", TorchFiles.Zip("\x80\u0002ctorchvision.models.resnet\nResNet\n)\x81}b."), null),
        ("a function of torch's that makes no tensor", "a.pth", TorchFiles.Zip("\x80\u0002ctorch\nload\n."), null),
        ("an opcode that torch.save does not write", "a.pth", TorchFiles.Zip("\x80\u0002I1\n."), null),
        ("a tensor that is cut off its storage", "a.pth",
            TorchFiles.Zip(TorchFiles.OneTensor("FloatStorage", 2, "K\u0001", "K\u0002\x85", "K\u0001\x85")), null),
        ("a storage that is not there", "a.pth", TorchFiles.Zip(Whole), null),
        ("a storage of another length", "a.pth", TorchFiles.Zip(Whole, ("a/data/k", new byte[12])), null),
        ("a tensor that repeats its elements", "a.pth",
            TorchFiles.Zip(
                TorchFiles.OneTensor("FloatStorage", 2, "K\0", "K\u0004\x85", "K\0\x85"), ("a/data/k", new byte[8])),
            null),
        ("a number too large for a float", "a.pth",
            TorchFiles.Zip(
                TorchFiles.OneTensor("DoubleStorage", 1, "K\0", "K\u0001\x85", "K\u0001\x85"),
                ("a/data/k", BitConverter.GetBytes(1e39))), null),
        ("a compressed archive", "a.pth",
            TorchFiles.Zip(
                CompressionLevel.Optimal, ("a/data.pkl", [.. Encoding.Latin1.GetBytes(Whole), .. new byte[99]])),
            null),
        ("a TorchScript program", "a.pt",
            TorchFiles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", []), ("a/constants.pkl", [])), null),
        ("another archive", "a.pt", TorchFiles.Zip(CompressionLevel.NoCompression, ("readme", [])), null),
        ("a big-endian system's file", "a.pth",
            TorchFiles.Zip(
                CompressionLevel.NoCompression, ("a/data.pkl", []), ("a/byteorder", "big"u8.ToArray())), null),
        ("a file that is cut off", "a.pth", File.ReadAllBytes(TorchFiles.Made("plain.pth"))[..1000], null),
        ("an old file that is cut off", "a.pth",
            File.ReadAllBytes(TorchFiles.Made("checkpoint_legacy.bin"))[..1000], null),
        ("no state dict", "a.pth", TorchFiles.Zip("\x80\u0002}X\u0005\0\0\0epochK\u0003s."), null),
        ("a tensor by itself", "a.pth", TorchFiles.Zip(Whole[9..^2] + "."), null),
        ("several state dicts", "a.pt", File.ReadAllBytes(TorchFiles.Made("two.pt")), null),
        ("a key that is not there", "a.pt", File.ReadAllBytes(TorchFiles.Made("two.pt")), "teacher"),
        ("a key of a file without keys", "a.safetensors", new byte[16], "model"),
        ("a type of TorchSharp's that is unknown", "a.dat", [1, 1, (byte)'w', 99], null),
        ("a file of TorchSharp's that is cut off", "a.dat", [1, 1, (byte)'w', 6, 1, 100, 0], null),
        ("a file of no kind, such as a web page", "a.pth", [.. "<html>404: not found</html>"u8], null),
        ("another pickle", "a.pkl", Encoding.Latin1.GetBytes("\x80\u0004}."), null),
        ("an ONNX file", "a.onnx", [8, 8, 0x12, 4, .. "test"u8, .. new byte[16]], null),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void The_messages_are_those_of_the_reader()
    {
        string[] before = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "import.md"));
        int first = Array.IndexOf(before, "| what | message |");
        int behind = Array.FindIndex(before, first, line => !line.StartsWith('|'));
        string[] after =
        [
            .. before[..(first + 2)], .. Cases.Select(entry => $"| {entry.What} | `{MessageOf(entry)}` |"),
            .. before[behind..],
        ];
        if (before.SequenceEqual(after))
            return;
        string received = Path.Combine(AppContext.BaseDirectory, "import.received.md");
        File.WriteAllLines(received, after);
        Assert.Fail($"docs/import.md has other messages.\nIf that is meant: cp \"{received}\" docs/import.md");
    }

    private string MessageOf((string What, string Name, byte[] Content, string? Key) entry)
    {
        string path = _folder[entry.Name];
        File.WriteAllBytes(path, entry.Content);
        try
        {
            StateDict.Read(path, entry.Key);
        }
        catch (Exception e) when (e is ModelFormatException or UserErrorException)
        {
            return e.Message.Replace(path, entry.Name, StringComparison.Ordinal);
        }
        throw new AssertFailedException($"{entry.What} was read.");
    }
}
