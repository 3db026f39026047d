using System.Text;
using SoftPool.Files;
using SoftPool.Models;

namespace SoftPool.Runtime.Tests.Files;

[TestClass]
public sealed class ForeignFormatTests
{
    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    public static IEnumerable<object[]> Files =>
    [
        ["an ONNX model", "080712077079746F726368" + "3A00"],
        ["an ONNX model", "08033A00"],
        ["a PyTorch checkpoint (a zip archive)", "504B030400000808" + "00000000" + Hex("net/data.pkl")],
        ["a zip archive", "504B030414000000" + Hex("config.json")],
        ["a PyTorch checkpoint from before 1.6 (a pickle)", "80028A0A6CFC9C46F9206AA850192E"],
        ["a Python pickle", "80047D2E"],
        ["a TensorFlow Lite model", "1C000000" + Hex("TFL3")],
        ["a gzip archive", "1F8B0800"],
        ["a GGUF file, as llama.cpp reads", Hex("GGUF") + "0300000000000000"],
        ["an ncnn model's layers", Hex("7767517\n75 83\n")],
        ["an XML file, as OpenVINO models are", Hex("<?xml version=\"1.0\"?>")],
        ["a NumPy array", "93" + Hex("NUMPY") + "0100"],
        ["an HDF5 file, as Keras writes", "894844460D0A1A0A00"],
        ["a pointer of Git LFS", Hex("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")],
        ["a web page", Hex("<!DOCTYPE html><html lang=\"en\">")],
        ["a web page", Hex("<html>\n<head>")],
        ["a TensorFlow SavedModel", "080112AB01"],
        ["a TensorFlow graph", "0A1C0A05" + Hex("input") + "120B" + Hex("Placeholder") + "2A00"],
    ];

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_refusal_says_what_the_file_is(string expected, string hex)
    {
        using var file = new MemoryStream(Convert.FromHexString(hex));
        string advice = expected switch
        {
            _ when expected.Contains("PyTorch", StringComparison.Ordinal) =>
                "'softpool export FILE --network NAME' makes a model of its state dict",
            "an ONNX model" => "'softpool import' makes one of it, and Model.FromOnnx reads it in a program",
            "a Python pickle" => "of pickles those of torch.save are read, by 'softpool export'",
            "a pointer of Git LFS" => "'git lfs pull' fetches the file that it stands for",
            "a web page" => "the file itself is still to be downloaded",
            _ => "only ONNX models are imported",
        };
        Assert.AreEqual(
            $"a.bin is {expected}, not a SoftPool model file; {advice}.",
            Assert.ThrowsExactly<ModelFormatException>(() => ModelFile.Read(file, "a.bin")).Message);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("08")]
    [DataRow("0807")]
    [DataRow("80020000")]
    [DataRow("0807120000000000" + "7B7D")]
    [DataRow("0A")]
    [DataRow("0AFFFFFF")]
    public void What_is_none_of_them_is_none(string hex) =>
        Assert.IsNull(ForeignFormat.Of(Convert.FromHexString(hex)));

    [TestMethod]
    public void A_file_of_another_program_is_known_through_Model_Load()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        File.WriteAllBytes(path, [8, 7, 0x12, 2, (byte)'p', (byte)'t', 0x3A, 0]);
        try
        {
            StringAssert.Contains(
                Assert.ThrowsExactly<ModelFormatException>(() => Model.Load(path)).Message,
                " is an ONNX model, not a SoftPool model file");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
