using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using SoftPool.Files;

namespace SoftPool.Trainer.Files;

/// <summary>
/// NumPy's .npy: one array of little-endian float32 in C order, which is what the program reads and writes. The format
/// is that of numpy.lib.format, version 1.0; files of version 2.0 and 3.0 differ in the length of the header's length
/// only.
/// </summary>
internal static partial class NpyFile
{
    private const int LargestHeader = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <exception cref="UserErrorException">The file is no such array.</exception>
    public static Tensor Read(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        using var reader = new BinaryReader(file);
        try
        {
            Span<byte> start = stackalloc byte[Magic.Length + 2];
            file.ReadExactly(start);
            if (!start.StartsWith(Magic))
                throw new UserErrorException(
                    $"{path} is not a .npy file: it does not begin with NumPy's magic string.");
            long length = start[Magic.Length] == 1 ? reader.ReadUInt16() : reader.ReadUInt32();
            if (length > LargestHeader)
                throw new UserErrorException($"{path} is not a .npy file: its header claims {length} bytes.");
            string header = Encoding.Latin1.GetString(reader.ReadBytes((int)length));

            if (Descr().Match(header).Groups[1].Value is not "<f4" and var descr)
                throw new UserErrorException($"{path} holds '{descr}'; little-endian float32 ('<f4') is expected.");
            if (FortranOrder().Match(header).Groups[1].Value != "False")
                throw new UserErrorException($"{path} is in Fortran order; C order is expected.");
            var shape = new TensorShape(
            [
                .. Shape().Match(header).Groups[1].Value
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(extent => int.Parse(extent, CultureInfo.InvariantCulture)),
            ]);
            if (file.Length - file.Position != (long)shape.ElementCount * sizeof(float))
                throw new UserErrorException(
                    $"{path} has {file.Length - file.Position} bytes of data; its shape {shape} takes "
                    + $"{(long)shape.ElementCount * sizeof(float)}.");
            var data = new float[shape.ElementCount];
            file.ReadExactly(MemoryMarshal.AsBytes(data.AsSpan()));
            return new Tensor(shape, data);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or OverflowException)
        {
            throw new UserErrorException($"{path} is not a complete .npy file: {e.Message}");
        }
    }

    /// <summary>Writes the array, whole or not at all.</summary>
    public static void Write(string path, Tensor tensor) => WholeFile.Write(path, file =>
    {
        file.Write(Header(tensor.Shape.Extents));
        file.Write(MemoryMarshal.AsBytes(tensor.Data.Span));
    });

    /// <summary>All that comes before the data of an array of a shape.</summary>
    public static byte[] Header(ReadOnlySpan<int> shape)
    {
        string extents = string.Concat(shape.ToArray().Select(extent => $"{extent}, "));
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({extents.TrimEnd()}), }}";
        // The header ends in a line feed and fills up to a multiple of 64 bytes, where the data begins.
        int prefix = Magic.Length + 4;
        int padded = (prefix + header.Length + 1 + 63) / 64 * 64 - prefix;
        return
        [
            .. Magic, 1, 0, (byte)(padded & 0xff), (byte)(padded >> 8),
            .. Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n"),
        ];
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(\w+)")]
    private static partial Regex FortranOrder();

    [GeneratedRegex(@"'shape'\s*:\s*\(([\d\s,]*)\)")]
    private static partial Regex Shape();
}
