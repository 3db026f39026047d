using SoftPool.Kernels;

namespace SoftPool.Runtime.Tests.Kernels;

[TestClass]
public sealed class GroupCountTests
{
    [TestMethod]
    [DataRow(1L, 1, 1)]
    [DataRow(64L, 1, 1)]
    [DataRow(65L, 2, 1)]
    [DataRow(64L * 65535, 65535, 1)]
    [DataRow(64L * 65535 + 1, 32768, 2)]
    [DataRow(64L * 65535 * 2 + 1, 43691, 3)]
    public void Folds_into_rows_what_one_axis_does_not_hold(long invocations, int x, int y) =>
        Assert.AreEqual(new GroupCount(x, y), GroupCount.Linear(invocations));

    [TestMethod]
    public void Covers_every_invocation_within_the_limit_of_an_axis()
    {
        var random = new Random(5);
        for (int round = 0; round < 1000; round++)
        {
            long invocations = random.NextInt64(1, 1L << random.Next(1, 36));
            GroupCount groups = GroupCount.Linear(invocations);
            Assert.IsTrue(
                groups is { X: > 0 and <= 65535, Y: > 0 and <= 65535, Z: 1 }
                    && 64L * groups.X * groups.Y >= invocations,
                $"{groups} for {invocations}");
            Assert.IsLessThan(
                64L * groups.Y, 64L * groups.X * groups.Y - invocations, "More than one group a row is idle.");
        }
    }

    [TestMethod]
    [DataRow(0, 4, 0)]
    [DataRow(1, 4, 1)]
    [DataRow(4, 4, 1)]
    [DataRow(5, 4, 2)]
    [DataRow(int.MaxValue, 4, 536_870_912)]
    public void RoundUp_is_the_quotient_rounded_up(int dividend, int divisor, int expected) =>
        Assert.AreEqual(expected, Division.RoundUp(dividend, divisor));

    [TestMethod]
    [DataRow(0L, 256L, 0L)]
    [DataRow(1L, 256L, 256L)]
    [DataRow(256L, 256L, 256L)]
    [DataRow(257L, 64L, 320L)]
    public void Align_is_the_next_multiple(long value, long alignment, long expected) =>
        Assert.AreEqual(expected, Division.Align(value, alignment));
}
