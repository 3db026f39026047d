using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class ImageSetTests
{
    [TestMethod]
    public void An_image_is_its_slice_of_the_pixels()
    {
        byte[] pixels = [.. Enumerable.Range(0, 36).Select(value => (byte)value)];
        var set = new ImageSet(new Size2d(2, 3), pixels, [1, 0]);

        Assert.AreEqual(2, set.Count);
        Assert.AreEqual(new Size2d(2, 3), set.Size);
        CollectionAssert.AreEqual(pixels[18..], set.Image(1).ToArray());
        CollectionAssert.AreEqual(pixels, set.Pixels.ToArray());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => set.Image(2).Length);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => set.Image(-1).Length);
    }

    [TestMethod]
    public void A_set_wants_whole_images_and_labels_from_0()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new ImageSet(0, [], [0]));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageSet(1, [], []));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageSet(1, new byte[3], [-1]));
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(
            () => new ImageSet(new Size2d(2, 3), new byte[35], [0, 1]));
        StringAssert.StartsWith(e.Message, "2 images of 2x3 take 36 bytes; got 35.");
    }

    [TestMethod]
    public void A_data_set_wants_equal_sizes_and_a_distinct_name_for_each_label()
    {
        var set = new ImageSet(1, new byte[6], [0, 1]);
        var larger = new ImageSet(2, new byte[12], [0]);

        var data = new ImageDataset("two", ["a", "b"], set, set);

        Assert.AreEqual(new Size2d(1, 1), data.Size);
        Assert.ThrowsExactly<ArgumentException>(() => new ImageDataset("sizes", ["a", "b"], set, larger));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageDataset("few", ["a"], set, set));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageDataset("same", ["a", "a"], set, set));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageDataset("blank", ["a", " "], set, set));
    }

    [TestMethod]
    public void A_data_set_keeps_its_names_when_the_list_given_changes()
    {
        var set = new ImageSet(1, new byte[3], [0]);
        var names = new List<string> { "a" };
        var data = new ImageDataset("one", names, set, set);

        names[0] = "b";

        Assert.AreEqual("a", data.ClassNames[0]);
    }
}
