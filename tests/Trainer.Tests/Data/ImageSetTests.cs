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
        CollectionAssert.AreEqual(pixels, Pictures.PixelsOf(set));
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
    public void Images_that_lie_apart_come_to_more_than_an_array_holds()
    {
        // One photograph in 9,000 places.
        byte[] image = new byte[3 * 256 * 341];
        image[^1] = 7;
        ImageSet set = ImageSet.Of(new Size2d(256, 341), [.. Enumerable.Repeat(image, 9_000)], new int[9_000]);
        Assert.IsGreaterThan(Array.MaxLength, set.Count * ImageSet.BytesPerImage(set.Size));
        Assert.AreEqual(7, set.Image(8_999)[^1]);

        Assert.ThrowsExactly<ArgumentException>(() => ImageSet.Of(1, [new byte[3], new byte[2]], [0, 0]));
        Assert.ThrowsExactly<ArgumentException>(() => ImageSet.Of(1, [new byte[3]], [0, 0]));
    }

    [TestMethod]
    public void The_digest_is_of_all_images_and_labels_and_of_nothing_else()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6];
        var set = new ImageSet(1, pixels, [0, 1]);
        string digest = Digest(set, set);
        Assert.AreEqual(64, digest.Length);
        Assert.AreEqual(digest,
            new ImageDataset("other", ["x", "y", "z"], set, ImageSet.Of(1, [[1, 2, 3], [4, 5, 6]], [0, 1])).Sha256());
        var labels = new ImageSet(1, pixels, [1, 1]);
        var colours = new ImageSet(1, [1, 2, 3, 4, 5, 7], [0, 1]);
        var fewer = new ImageSet(1, [1, 2, 3], [0]);
        string[] all = [digest, Digest(labels, set), Digest(set, labels),
            Digest(colours, set), Digest(set, colours), Digest(fewer, set)];
        Assert.HasCount(all.Length, all.Distinct().ToArray());

        static string Digest(ImageSet train, ImageSet test) => new ImageDataset("a", ["a", "b"], train, test).Sha256();
    }

    [TestMethod]
    public void A_data_set_wants_equal_sizes_and_a_distinct_name_for_each_label()
    {
        var set = new ImageSet(1, new byte[6], [0, 1]);
        var larger = new ImageSet(2, new byte[12], [0]);

        var data = new ImageDataset("two", ["a", "b"], set, set);

        Assert.AreEqual(new Size2d(1, 1), data.Train.Size);
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
