using SoftPool.Onnx;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx;

[TestClass]
public sealed class OnnxTensorTests
{
    /// <summary>Element type, raw bytes, and the values they are.</summary>
    [TestMethod]
    [DataRow(1, "0000C03F000000C0", new[] { 1.5f, -2f })]
    [DataRow(2, "01FF", new[] { 1f, 255f })]
    [DataRow(3, "01FF", new[] { 1f, -1f })]
    [DataRow(4, "0100FFFF", new[] { 1f, 65535f })]
    [DataRow(5, "0100FFFF", new[] { 1f, -1f })]
    [DataRow(6, "01000000FFFFFFFF", new[] { 1f, -1f })]
    [DataRow(7, "0100000000000000FFFFFFFFFFFFFFFF", new[] { 1f, -1f })]
    [DataRow(9, "0001", new[] { 0f, 1f })]
    [DataRow(10, "003E00C0", new[] { 1.5f, -2f })]
    [DataRow(11, "000000000000F83F00000000000000C0", new[] { 1.5f, -2f })]
    [DataRow(12, "01000000FFFFFFFF", new[] { 1f, 4294967295f })]
    [DataRow(13, "0100000000000000FFFFFFFFFFFFFFFF", new[] { 1f, 18446744073709551615f })]
    [DataRow(16, "C03F00C0", new[] { 1.5f, -2f })]
    public void Raw_data_of_each_type_is_read(int element, string hex, float[] expected) => CollectionAssert.AreEqual(
        expected, Tensor(Message().Packed(1, 2).Int(2, element).Bytes(9, Convert.FromHexString(hex))).ToFloats());

    [TestMethod]
    [DataRow(2, 5, new[] { 1L, 255L })]
    [DataRow(3, 5, new[] { 1L, -128L })]
    [DataRow(4, 5, new[] { 1L, 65535L })]
    [DataRow(5, 5, new[] { 1L, -32768L })]
    [DataRow(6, 5, new[] { 1L, int.MinValue })]
    [DataRow(7, 7, new[] { 1L, long.MinValue })]
    [DataRow(9, 5, new[] { 0L, 1L })]
    [DataRow(12, 11, new[] { 1L, 4294967295L })]
    [DataRow(13, 11, new[] { 1L, long.MaxValue })]
    public void Numbers_of_each_integer_type_are_read_packed_and_not(int element, int field, long[] expected)
    {
        CollectionAssert.AreEqual(
            expected, Tensor(Message().Int(1, 2).Int(2, element).Packed(field, expected)).ToInts());
        CollectionAssert.AreEqual(
            expected,
            Tensor(Message().Int(1, 2).Int(2, element).Int(field, expected[0]).Int(field, expected[1])).ToInts());
    }

    [TestMethod]
    public void Numbers_of_each_floating_type_are_read()
    {
        float[] expected = [1.5f, -2];
        byte[] packed = [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)];
        CollectionAssert.AreEqual(expected, Of(1).Float(4, 1.5f).Float(4, -2).Read());
        CollectionAssert.AreEqual(expected, Of(1).Bytes(4, packed).Read());
        CollectionAssert.AreEqual(expected, Of(11).Double(10, 1.5).Double(10, -2).Read());
        CollectionAssert.AreEqual(expected, Of(10).Packed(5, 0x3E00, 0xC000).Read());
        CollectionAssert.AreEqual(expected, Of(16).Packed(5, 0x3FC0, 0xC000).Read());
    }

    /// <summary>Halfway between two floats by way of a double, but not itself.</summary>
    [TestMethod]
    public void An_integer_is_rounded_once() => Assert.AreEqual(
        (float)((1L << 60) + (1L << 36) + 1),
        Tensor(Message().Int(1, 1).Int(2, 7).Packed(7, (1L << 60) + (1L << 36) + 1)).ToFloats()[0]);

    [TestMethod]
    [DataRow("has 4 bytes of data; 2 elements of 4 bytes", 2L, 1)]
    [DataRow("has 4 bytes of data; 4611686018427387904 elements", 1L << 62, 1)]
    [DataRow("is of type String, which is not supported", 1L, 8)]
    [DataRow("is of type Complex64, which is not supported", 1L, 14)]
    public void Data_that_is_not_what_it_should_be_is_refused(string expected, long extent, int element) =>
        Refused(expected, Message().Int(1, extent).Int(2, element).Bytes(9, new byte[4]));

    [TestMethod]
    public void Numbers_that_are_not_what_they_should_be_are_refused()
    {
        Refused("has 1 bytes of numbers; at least 2147483647 are expected",
            Message().Int(1, int.MaxValue).Int(2, 6).Packed(5, 1));
        Refused("has 1 elements; 2 are expected", Message().Int(1, 2).Int(2, 6).Packed(5, -1));
        Refused("has more elements than the 1 expected", Message().Int(1, 1).Int(2, 6).Packed(5, 1, 2));
        Refused("holds 256, which UInt8 cannot hold", Message().Int(1, 1).Int(2, 2).Packed(5, 256));
        Refused("holds -129, which Int8 cannot hold", Message().Int(1, 1).Int(2, 3).Packed(5, -129));
        Refused("holds its data twice", Message().Int(1, 1).Int(2, 6).Packed(5, 1).Bytes(9, [1, 0, 0, 0]));
        Refused("more elements than can be counted", Message().Packed(1, 1L << 62, 4).Int(2, 6).Packed(5, 1));
    }

    private static void Refused(string expected, ProtoWriter tensor)
    {
        OnnxTensor read = Tensor(tensor.Text(8, "w"));
        string message = Assert.ThrowsExactly<ModelFormatException>(read.ToFloats).Message;
        StringAssert.Contains(message, "tensor w ");
        StringAssert.Contains(message, expected);
    }

    private static ProtoWriter Of(int element) => Message().Int(1, 2).Int(2, element);
}

internal static class TensorReading
{
    public static float[] Read(this ProtoWriter tensor) => Tensor(tensor).ToFloats();
}
