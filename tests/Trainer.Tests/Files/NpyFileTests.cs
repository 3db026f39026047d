using System.Text;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Tests.Files;

/// <summary>.npy files as NumPy writes them, and what is refused.</summary>
[TestClass]
public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void What_is_written_is_read_back()
    {
        var tensor = new Tensor(new TensorShape(2, 3), new float[] { 1, -2, float.NaN, float.MaxValue, 0, 1e-40f });
        NpyFile.Write(_folder["a.npy"], tensor);
        Tensor read = NpyFile.Read(_folder["a.npy"]);
        Assert.AreEqual(tensor.Shape, read.Shape);
        CollectionAssert.AreEqual(tensor.Data.ToArray(), read.Data.ToArray());
    }

    [TestMethod]
    public void The_bytes_are_those_of_numpy()
    {
        // numpy.save of numpy.array([1.0], "<f4"), version 1.0: the header fills up to 128 bytes.
        NpyFile.Write(_folder["a.npy"], new Tensor(new TensorShape(1), new float[] { 1 }));
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".PadRight(117) + "\n";
        byte[] expected = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), 0, 0, 0x80, 0x3f];
        CollectionAssert.AreEqual(expected, File.ReadAllBytes(_folder["a.npy"]));
    }

    [TestMethod]
    [DataRow("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 4, "'<f8'")]
    [DataRow("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 4, "Fortran order")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4, "takes 8")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 5, "has 5 bytes")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", 4, "not a complete .npy file")]
    [DataRow("nonsense", 4, "holds ''")]
    public void What_is_no_such_array_is_refused(string header, int dataBytes, string expected)
    {
        byte[] text = Encoding.ASCII.GetBytes(header);
        File.WriteAllBytes(
            _folder["a.npy"],
            [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, .. new byte[dataBytes]]);
        var e = Assert.ThrowsExactly<UserErrorException>(() => NpyFile.Read(_folder["a.npy"]));
        StringAssert.Contains(e.Message, expected);
    }

    [TestMethod]
    public void A_cut_file_is_refused_at_every_length()
    {
        NpyFile.Write(_folder["a.npy"], new Tensor(new TensorShape(3), new float[3]));
        byte[] whole = File.ReadAllBytes(_folder["a.npy"]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["b.npy"], whole[..length]);
            Assert.ThrowsExactly<UserErrorException>(() => NpyFile.Read(_folder["b.npy"]), $"{length} bytes");
        }
    }
}
