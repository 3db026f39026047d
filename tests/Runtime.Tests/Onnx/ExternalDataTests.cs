using SoftPool.Onnx;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx;

[TestClass]
public sealed class ExternalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Data_in_the_model_s_folder_is_read_from_its_place()
    {
        Directory.CreateDirectory(_folder["m/sub"]);
        File.WriteAllBytes(
            _folder["m/sub/w.bin"], [9, 9, 9, 9, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(2f)]);
        CollectionAssert.AreEqual(new[] { 1.5f, 2 }, Read("sub/w.bin", "4", "8"));
        CollectionAssert.AreEqual(new[] { 1.5f, 2 }, Read("./sub/w.bin", "4", null));
    }

    [TestMethod]
    [DataRow("../secret")]
    [DataRow("sub/../../secret")]
    [DataRow("/etc/passwd")]
    [DataRow("..\\secret")]
    [DataRow("C:/secret")]
    [DataRow("")]
    public void A_path_out_of_the_folder_is_refused(string location)
    {
        Directory.CreateDirectory(_folder["m/sub"]);
        File.WriteAllBytes(_folder["secret"], new byte[8]);
        Refused("a path within the model's folder is expected", location, "0", "8");
    }

    [TestMethod]
    public void A_link_within_the_folder_is_followed_and_one_that_leaves_it_refused()
    {
        Directory.CreateDirectory(_folder["m/sub"]);
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllBytes(_folder["out/w.bin"], new byte[8]);
        File.WriteAllBytes(_folder["m/sub/w.bin"], new byte[8]);
        File.CreateSymbolicLink(_folder["m/inner"], "sub/w.bin");
        File.CreateSymbolicLink(_folder["m/outer"], _folder["out/w.bin"]);
        Directory.CreateSymbolicLink(_folder["m/door"], _folder["out"]);
        File.CreateSymbolicLink(_folder["m/round"], "round");
        Assert.HasCount(2, Read("inner", "0", "8"));
        Refused("a link that leaves the model's folder", "outer", "0", "8");
        Refused("a link that leaves the model's folder", "door/w.bin", "0", "8");
        Refused("which cannot be read", "round", "0", "8");
    }

    [TestMethod]
    public void Data_that_is_not_there_is_refused()
    {
        Directory.CreateDirectory(_folder["m"]);
        File.WriteAllBytes(_folder["m/w.bin"], new byte[8]);
        Refused("which cannot be read", "missing", "0", "8");
        Refused("has 8 bytes of data at byte 1 of w.bin, which has 8", "w.bin", "1", "8");
        Refused("has -1 bytes of data", "w.bin", "9", null);
        Refused("has the offset -1 of external data", "w.bin", "-1", "8");
        Refused("has 4 bytes of data; 2 elements of 4 bytes", "w.bin", "0", "4");
        using OnnxModel model = OnnxFiles.Read(Of("w.bin", "0", "8"));
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(model.Graph.Initializers[0].ToFloats).Message,
            "a stream has no folder");
    }

    private void Refused(string expected, string location, string offset, string? length) => StringAssert.Contains(
        Assert.ThrowsExactly<ModelFormatException>(() => Read(location, offset, length)).Message, expected);

    private float[] Read(string location, string offset, string? length)
    {
        File.WriteAllBytes(_folder["m/a.onnx"], Of(location, offset, length).ToArray());
        using OnnxModel model = OnnxModel.Open(_folder["m/a.onnx"]);
        return model.Graph.Initializers[0].ToFloats();
    }

    private static ProtoWriter Of(string location, string offset, string? length)
    {
        ProtoWriter tensor = Message().Int(1, 2).Int(2, 1).Text(8, "w").Int(14, 1)
            .Message(13, Entry("location", location)).Message(13, Entry("offset", offset));
        return Model(Message().Message(5, length == null ? tensor : tensor.Message(13, Entry("length", length))));

        static ProtoWriter Entry(string key, string value) => Message().Text(1, key).Text(2, value);
    }
}
