using System.Runtime.InteropServices;
using System.Text;
using SoftPool.Files;

namespace SoftPool.Trainer.StateDicts;

/// <summary>Writes weights as torch.save writes a state dict, an OrderedDict of tensors of float32: torch.load reads
/// the file with weights_only=True. It is a zip archive of a pickle, data.pkl, and a file for each tensor, all stored,
/// and each beginning at a multiple of 64 bytes.</summary>
internal static class TorchFileWriter
{
    private const int Alignment = 64;

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="weights">The weights by name.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> weights)
    {
        string folder = Path.GetFileNameWithoutExtension(path);
        WholeFile.Write(path, file =>
        {
            var archive = new Archive(file);
            archive.Add($"{folder}/data.pkl", StateDictPickle.Of(weights));
            archive.Add($"{folder}/byteorder", "little"u8);
            int index = 0;
            foreach (Tensor tensor in weights.Values)
                archive.Add($"{folder}/data/{index++}", MemoryMarshal.AsBytes(tensor.Data.Span));
            archive.Add($"{folder}/version", "3\n"u8);
            archive.Finish();
        });
    }

    /// <summary>An archive as it grows. The directory at its end has zip64's form, as torch's has, so that files of
    /// more than 4 GiB need no other.</summary>
    private sealed class Archive(Stream file)
    {
        private readonly List<byte> _directory = [];
        private long _length, _entries;

        public void Add(string name, ReadOnlySpan<byte> content)
        {
            byte[] encoded = Encoding.UTF8.GetBytes(name);
            uint crc = Crc32.Of(content), length = (uint)content.Length;
            long header = _length;
            const ushort Version = 45, Utf8 = 0x800;
            // What fills up to the alignment is a field that readers skip.
            int padding = (int)(-(header + 30 + encoded.Length + 4) & (Alignment - 1));
            file.Write(
            [
                .. Bytes(0x04034B50u, Version, Utf8, (ushort)0, 0u, crc, length, length, (ushort)encoded.Length,
                    (ushort)(4 + padding)),
                .. encoded, .. Bytes((ushort)0x4246, (ushort)padding), .. Enumerable.Repeat((byte)'Z', padding),
            ]);
            file.Write(content);
            _length = header + 30 + encoded.Length + 4 + padding + content.Length;

            bool isFar = header >= uint.MaxValue;
            _directory.AddRange(Bytes(
                0x02014B50u, Version, Version, Utf8, (ushort)0, 0u, crc, length, length, (ushort)encoded.Length,
                (ushort)(isFar ? 12 : 0), (ushort)0, (ushort)0, (ushort)0, 0u, isFar ? uint.MaxValue : (uint)header));
            _directory.AddRange(encoded);
            if (isFar)
                _directory.AddRange(Bytes((ushort)1, (ushort)8, (ulong)header));
            _entries++;
        }

        public void Finish()
        {
            ulong begin = (ulong)_length, length = (ulong)_directory.Count, entries = (ulong)_entries;
            ushort few = (ushort)Math.Min(entries, ushort.MaxValue);
            file.Write(
            [
                .. _directory,
                .. Bytes(0x06064B50u, 44ul, (ushort)45, (ushort)45, 0u, 0u, entries, entries, length, begin),
                .. Bytes(0x07064B50u, 0u, begin + length, 1u),
                .. Bytes(0x06054B50u, 0u, few, few, (uint)length, (uint)Math.Min(begin, uint.MaxValue), (ushort)0),
            ]);
        }

        /// <summary>The little-endian bytes of unsigned numbers of 2, 4 or 8 bytes, by their types.</summary>
        private static byte[] Bytes(params ReadOnlySpan<object> numbers)
        {
            var bytes = new List<byte>();
            foreach (object number in numbers)
                bytes.AddRange(number switch
                {
                    ulong wide => BitConverter.GetBytes(wide),
                    uint word => BitConverter.GetBytes(word),
                    _ => BitConverter.GetBytes((ushort)number),
                });
            return [.. bytes];
        }
    }
}
