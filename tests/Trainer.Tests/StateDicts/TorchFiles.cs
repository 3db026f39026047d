using System.IO.Compression;
using System.Text;

namespace SoftPool.Trainer.Tests.StateDicts;

/// <summary>Files as torch.save writes them: those that Files/make.py made, and archives of pickles of one's
/// own.</summary>
internal static class TorchFiles
{
    /// <summary>A file that make.py made.</summary>
    public static string Made(string name) => Path.Combine(AppContext.BaseDirectory, "StateDicts", "Files", name);

    /// <summary>An archive of a pickle, one character a byte, and of storages by name.</summary>
    public static byte[] Zip(string pickle, params (string Name, byte[] Content)[] others) => Zip(
        CompressionLevel.NoCompression, [("a/data.pkl", Encoding.Latin1.GetBytes(pickle)), .. others]);

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        return file.ToArray();
    }

    /// <summary>The pickle of a dictionary with one tensor, w.</summary>
    /// <param name="type">The storage's type.</param>
    /// <param name="count">The number of its elements.</param>
    /// <param name="offset">An opcode that pushes the offset.</param>
    /// <param name="shape">Opcodes that push the shape.</param>
    /// <param name="strides">Opcodes that push the strides.</param>
    public static string OneTensor(string type, int count, string offset, string shape, string strides) =>
        "\x80\u0002}X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n("
        + $"(X\u0007\0\0\0storagectorch\n{type}\nX\u0001\0\0\0kX\u0003\0\0\0cpuK{(char)count}tQ"
        + $"{offset}{shape}{strides}\u0089ccollections\nOrderedDict\n)RtRs.";
}
