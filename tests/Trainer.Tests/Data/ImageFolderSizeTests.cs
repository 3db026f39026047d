using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>The size that the pictures of an image folder are read at.</summary>
[TestClass]
public sealed class ImageFolderSizeTests : ImageFolderFixture
{
    [TestMethod]
    public void Mixed_sizes_come_to_the_most_common_one()
    {
        WriteLayout();
        WritePicture("train/ant/large.png", new SKColor(10, 200, 30), 64, 40);
        WritePicture("train/ant/small.png", new SKColor(10, 200, 30), 1, 2);

        ImageDataset data = DatasetSource.Load(_root);

        Assert.AreEqual(new Size2d(3, 4), data.Train.Size);
        for (int index = 2; index < 4; index++)
            CheckColour(data.Train, index, 10, 200, 30);
    }

    [TestMethod]
    [DataRow(300, 200, 300, 200)]
    [DataRow(256, 2000, 256, 2000)]
    [DataRow(1024, 768, 341, 256)]
    [DataRow(600, 1200, 256, 512)]
    public void Large_pictures_come_to_256_pixels_along_the_shorter_edge(
        int width, int height, int toWidth, int toHeight)
    {
        foreach (string name in (string[])["train/ant/1.png", "train/ant/2.png", "test/ant/1.png"])
            WritePicture(name, new SKColor(10, 200, 30), width, height);
        WritePicture("train/ant/3.png", new SKColor(10, 200, 30), 7, 5);

        ImageDataset data = DatasetSource.Load(_root);

        Assert.AreEqual(new Size2d(toHeight, toWidth), data.Train.Size);
        for (int index = 0; index < 3; index++)
            CheckColour(data.Train, index, 10, 200, 30);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("set.tar")]
    public void A_thumbnail_a_strip_and_the_test_split_do_not_decide_the_size(string archive)
    {
        // Each edge occurs once; a thumbnail and a strip are the first, and there are more test pictures than training
        // pictures.
        WritePicture("train/ant/0.png", SKColors.Red, 8, 8);
        WritePicture("train/ant/1.png", SKColors.Red, 8, 8);
        WritePicture("train/ant/2.png", SKColors.Red, 30, 3000);
        for (int i = 0; i < 8; i++)
            WritePicture($"train/bee/{i}.png", SKColors.Red, 240 + i, 200 + i);
        foreach (string name in (string[])["ant", "bee"])
            for (int i = 0; i < 8; i++)
                WritePicture($"test/{name}/{i}.png", SKColors.Red, 16, 16);

        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));

        // The median of 8, 8, 30, 240 to 247, and of 8, 8, 200 to 207, 3000.
        Assert.AreEqual(new Size2d(203, 242), data.Train.Size);
        Assert.AreEqual(
            "pictures are read at 203x242, height by width; of 11 training pictures 3 are more than twice or less "
            + "than half of 203x242 along an edge",
            data.Remarks.Single());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("set.tar")]
    public void All_pictures_come_to_the_size_that_is_given(string archive)
    {
        WriteLayout();
        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""), new Size2d(2, 6));
        Assert.AreEqual((new Size2d(2, 6), new Size2d(2, 6)), (data.Train.Size, data.Test.Size));
        CheckColour(data.Train, 2, 255, 0, 0);
        Assert.AreEqual("pictures are read at 2x6, height by width", data.Remarks[0]);
    }

    [TestMethod]
    public void Images_of_a_size_of_their_own_are_read_at_no_other()
    {
        Assert.AreEqual(new Size2d(32, 32), DatasetSource.Load(DatasetSource.Procedural, 32).Train.Size);
        DatasetException e = Assert.ThrowsExactly<DatasetException>(
            () => DatasetSource.Load(DatasetSource.Procedural, new Size2d(32, 16)));
        Assert.AreEqual("procedural has images of 32x32, and an image size is for image folders; got 32x16.",
            e.Message);
    }

    [TestMethod]
    public void Shrinking_averages_and_does_not_skip()
    {
        WriteLayout();
        using (var stripes = new SKBitmap(64, 48))
        {
            for (int x = 0; x < 64; x++)
                for (int y = 0; y < 48; y++)
                    stripes.SetPixel(x, y, (x + 1) % 4 < 2 ? SKColors.White : SKColors.Black);
            Save("train/ant/0.png", stripes, SKEncodedImageFormat.Png);
        }

        ReadOnlySpan<byte> shrunk = DatasetSource.Load(_root).Train.Image(0);

        foreach (byte value in shrunk)
            Assert.IsTrue(Math.Abs(value - 127.5) <= 2, $"{value} is not the mean of black and white.");
    }
}
