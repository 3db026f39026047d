using SoftPool.Files;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>The file that the tests of reading, refusing and writing share.</summary>
internal static class SafetensorsExample
{
    /// <summary>What a float can be: NaNs of different bits, infinities, denormals and both zeros among them.</summary>
    public static readonly int[] Bits =
    [
        0, int.MinValue, 1, 0x007FFFFF, 0x3F800000, 0x7F7FFFFF, 0x7F800000, unchecked((int)0xFF800000), 0x7FC00001,
        unchecked((int)0xFFFFFFFF), 0x7F800001, 0x40490FDB,
    ];

    private static readonly float[] Single = [2.5f], Pair = [-1, 1];

    /// <summary>Tensors of three ranks, names and texts that JSON must escape.</summary>
    public static SafetensorsFile Example() => new(
        new Dictionary<string, Tensor>
        {
            ["z.weight"] = new(new TensorShape(3, 4), Bits.Select(BitConverter.Int32BitsToSingle).ToArray()),
            ["scalar"] = new(new TensorShape(), Single),
            ["a \"quoted\" \u00e9\U0001F600"] = new(new TensorShape(1, 2, 1), Pair),
        },
        new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["empty"] = "",
            ["text"] = "a \"b\" \\ \n \u00e9\U0001F600",
        });

    /// <summary>The bytes as a file, read.</summary>
    public static SafetensorsFile Read(TemporaryFolder folder, byte[] bytes)
    {
        File.WriteAllBytes(folder["a.safetensors"], bytes);
        return SafetensorsFile.Read(folder["a.safetensors"]);
    }
}
