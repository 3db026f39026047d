using System.Text.Json;

namespace SoftPool.Runtime.Tests;

[TestClass]
public sealed class TensorShapeTests
{
    [TestMethod]
    public void Knows_rank_extents_and_count()
    {
        var shape = new TensorShape(48, 56, 57);
        Assert.AreEqual(3, shape.Rank);
        Assert.AreEqual(57, shape[2]);
        Assert.AreEqual(48 * 56 * 57, shape.ElementCount);
        Assert.AreEqual("48x56x57", shape.ToString());
    }

    [TestMethod]
    public void A_scalar_has_one_element_and_is_the_default()
    {
        Assert.AreEqual(1, new TensorShape().ElementCount);
        Assert.AreEqual(0, new TensorShape().Rank);
        Assert.AreEqual(default, new TensorShape());
        Assert.AreEqual("scalar", default(TensorShape).ToString());
    }

    [TestMethod]
    public void Equality_is_by_extents_in_order()
    {
        Assert.AreEqual(new TensorShape(2, 3), new TensorShape(2, 3));
        Assert.AreEqual(new TensorShape(2, 3).GetHashCode(), new TensorShape(2, 3).GetHashCode());
        Assert.IsTrue(new TensorShape(2, 3) != new TensorShape(3, 2));
        Assert.IsTrue(new TensorShape(6) != new TensorShape(6, 1));
        Assert.IsFalse(new TensorShape(2, 3).Equals("2x3"));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow(2, 0, 3)]
    [DataRow(-2, -3)]
    [DataRow(int.MaxValue, 2)]
    [DataRow(65536, 65536)] // The product is 0 in 32 bits.
    [DataRow(65536, 65537)] // The product is 65536 in 32 bits.
    [DataRow(int.MaxValue, int.MaxValue, int.MaxValue)]
    [DataRow(536_870_912)] // 2 GiB of floats: one byte more than a span of bytes holds.
    public void Refuses_extents_that_are_not_positive_or_too_many(params int[] extents) =>
        Assert.ThrowsExactly<ShapeMismatchException>(() => new TensorShape(extents));

    [TestMethod]
    public void Takes_as_many_elements_as_2_GiB_hold() =>
        Assert.AreEqual(536_870_911, new TensorShape(536_870_911).ElementCount);

    [TestMethod]
    public void A_caller_s_array_can_change_without_the_shape()
    {
        int[] extents = [2, 3];
        var shape = new TensorShape(extents);
        extents[0] = 5;
        Assert.AreEqual(2, shape[0]);
    }

    [TestMethod]
    [DataRow("[2,3]", 2, 3)]
    [DataRow("[7]", 7)]
    [DataRow("[]")]
    public void Is_an_array_in_json(string json, params int[] extents)
    {
        Assert.AreEqual(new TensorShape(extents), JsonSerializer.Deserialize<TensorShape>(json));
        Assert.AreEqual(json, JsonSerializer.Serialize(new TensorShape(extents)));
    }

    [TestMethod]
    [DataRow("3")]
    [DataRow("null")]
    [DataRow("[2,\"3\"]")]
    [DataRow("[2,3.5]")]
    [DataRow("[2,[3]]")]
    [DataRow("[99999999999]")]
    public void Json_of_another_kind_is_refused(string json) =>
        Assert.ThrowsExactly<JsonException>(() => JsonSerializer.Deserialize<TensorShape>(json));

    [TestMethod]
    public void A_tensor_has_as_many_elements_as_its_shape()
    {
        Assert.AreEqual(6, new Tensor(new TensorShape(2, 3), new float[6]).Data.Length);
        Assert.ThrowsExactly<ShapeMismatchException>(() => new Tensor(new TensorShape(2, 3), new float[5]));
    }
}
