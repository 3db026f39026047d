using System.Numerics;
using System.Security.Cryptography;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class ProceduralImagesTests
{
    [TestMethod]
    public void The_bytes_of_a_seed_never_change()
    {
        ImageDataset data = ProceduralImages.Create(trainCount: 200, testCount: 100);

        // Whoever changes the drawing on purpose puts the new digests here; accuracies change with them.
        Assert.AreEqual("273D5125F159E92B", Digest(data.Train));
        Assert.AreEqual("67CB93129F7F16F1", Digest(data.Test));
    }

    [TestMethod]
    public void A_set_begins_like_a_smaller_one_and_differs_from_the_other_split_and_from_other_seeds()
    {
        ImageDataset data = ProceduralImages.Create(trainCount: 50, testCount: 50);
        ImageDataset smaller = ProceduralImages.Create(trainCount: 10, testCount: 10);
        ImageDataset other = ProceduralImages.Create(trainCount: 50, testCount: 50, seed: 43);

        for (int i = 0; i < 10; i++)
            CollectionAssert.AreEqual(smaller.Train.Image(i).ToArray(), data.Train.Image(i).ToArray());
        ImageSet[] sets = [data.Train, data.Test, other.Train, other.Test];
        int distinct = sets
            .SelectMany(set => Enumerable.Range(0, 50).Select(i => Convert.ToHexString(set.Image(i))))
            .Distinct().Count();
        Assert.AreEqual(200, distinct);
    }

    [TestMethod]
    public void Classes_take_turns_under_the_names_of_their_figures()
    {
        ImageDataset data = ProceduralImages.Create(trainCount: 25, testCount: 10);

        CollectionAssert.AreEqual(
            (string[])["arrow", "crescent", "cross", "disc", "heart", "hourglass", "ring", "square", "star",
                "triangle"],
            data.ClassNames.ToArray());
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 25).Select(i => i % 10).ToArray(), data.Train.Labels.ToArray());
        Assert.AreEqual(new Size2d(32, 32), data.Train.Size);
    }

    [TestMethod]
    public void Every_figure_has_the_area_of_the_unit_disc_and_its_centroid_at_0()
    {
        const int Cells = 400;
        const float Extent = 2.5f, Cell = 2 * Extent / Cells;
        foreach (Figure figure in Figure.All)
        {
            Vector2 sum = default;
            int count = 0;
            for (int y = 0; y < Cells; y++)
                for (int x = 0; x < Cells; x++)
                {
                    var point = new Vector2((x + 0.5f) * Cell - Extent, (y + 0.5f) * Cell - Extent);
                    if (figure.Distance(point) >= 0)
                        continue;
                    Assert.IsTrue(point.Length() <= figure.Reach, $"{figure.Name} reaches beyond {figure.Reach}.");
                    sum += point;
                    count++;
                }
            Assert.IsTrue(Math.Abs(count * Cell * Cell / MathF.PI - 1) <= 0.03, $"{figure.Name} has another area.");
            Assert.IsTrue((sum / count).Length() <= 0.02, $"{figure.Name} is off its centroid.");
        }
    }

    [TestMethod]
    public void A_linear_classifier_stays_well_below_a_network()
    {
        ImageDataset data = ProceduralImages.Create();

        double accuracy = LinearClassifier.TestAccuracy(data);

        Assert.IsTrue(accuracy <= 0.4, $"A linear classifier reaches {accuracy:P1} of the test images.");
        Assert.IsTrue(accuracy >= 0.12, $"A linear classifier reaches {accuracy:P1}: guessing, so it learned nothing.");
    }

    [TestMethod]
    public void A_linear_classifier_would_find_a_class_that_leaks_through_colour()
    {
        ImageDataset data = ProceduralImages.Create(trainCount: 3000, testCount: 500);

        double accuracy = LinearClassifier.TestAccuracy(new ImageDataset(
            "leaking", data.ClassNames, Tint(data.Train), Tint(data.Test)));

        Assert.IsTrue(accuracy >= 0.5, $"A linear classifier reaches {accuracy:P1} where the colour tells the class.");
    }

    [TestMethod]
    public void The_value_procedural_asks_for_this_set()
    {
        Assert.AreEqual("procedural", DatasetSource.Load("procedural").Name);
        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => DatasetSource.Load("/none/such"));
        Assert.AreEqual("There is no folder and no archive at /none/such.", e.Message);
    }

    /// <summary>Brightens a patch that depends on the class.</summary>
    private static ImageSet Tint(ImageSet set)
    {
        byte[] pixels = Pictures.PixelsOf(set);
        int length = pixels.Length / set.Count;
        for (int i = 0; i < set.Count; i++)
            pixels.AsSpan(i * length + 96 * set.Labels.Span[i], 64).Fill(255);
        return new ImageSet(set.Size, pixels, set.Labels.ToArray());
    }

    private static string Digest(ImageSet set) => Convert.ToHexString(SHA256.HashData(Pictures.PixelsOf(set)))[..16];
}
