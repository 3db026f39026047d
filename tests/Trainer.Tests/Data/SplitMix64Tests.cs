using System.Numerics;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class SplitMix64Tests
{
    [TestMethod]
    public void The_sequence_is_the_published_one()
    {
        var random = new SplitMix64(1234567);

        ulong[] drawn = [random.Next(), random.Next(), random.Next(), random.Next()];

        ulong[] published =
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431];
        CollectionAssert.AreEqual(published, drawn);
    }

    [TestMethod]
    public void Items_of_a_stream_have_generators_of_their_own()
    {
        var first = Enumerable.Range(0, 1000).Select(index => SplitMix64.ForItem(1, index).Next());
        var other = Enumerable.Range(0, 1000).Select(index => SplitMix64.ForItem(2, index).Next());

        Assert.AreEqual(2000, first.Concat(other).Distinct().Count());
    }

    [TestMethod]
    public void Numbers_keep_to_their_range_and_moments()
    {
        var random = new SplitMix64(1);
        const int Draws = 100_000;
        var counts = new int[7];
        double sum = 0, squares = 0;
        Vector2 directions = default;
        for (int i = 0; i < Draws; i++)
        {
            counts[random.Below(7)]++;
            Assert.IsTrue(random.Between(-2, 3) is >= -2 and < 3);
            double normal = random.Gaussian();
            sum += normal;
            squares += normal * normal;
            Vector2 direction = random.Direction();
            Assert.IsTrue(MathF.Abs(direction.Length() - 1) <= 1e-6f);
            directions += direction;
        }

        // Five standard deviations of each estimate.
        Assert.IsTrue(counts.All(count => Math.Abs(count - Draws / 7.0) <= 5 * Math.Sqrt(Draws * 6 / 49.0)));
        Assert.IsTrue(Math.Abs(sum / Draws) <= 5 / Math.Sqrt(Draws));
        Assert.IsTrue(Math.Abs(squares / Draws - 1) <= 0.02);
        Assert.IsTrue(directions.Length() / Draws <= 5 / Math.Sqrt(Draws));
    }
}
