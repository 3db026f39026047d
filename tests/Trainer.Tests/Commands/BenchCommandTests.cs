using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>softpool bench.</summary>
[TestClass]
public sealed class BenchCommandTests
{
    [TestMethod]
    public void A_profile_has_a_row_a_layer_with_medians_shares_and_rates()
    {
        LaunchProfile[] Run(double first, double second, double third) =>
        [
            new("a", "conv2d", TimeSpan.FromMilliseconds(first), 2_000_000),
            new("a", "winograd", TimeSpan.FromMilliseconds(second), 1_000_000),
            new("b", "pointwise", TimeSpan.FromMilliseconds(third), 500_000),
        ];
        string[][] rows = [.. ProfileTable.Rows([Run(1, 2, 1), Run(9, 9, 9), Run(1, 2, 1)])];
        CollectionAssert.AreEqual(
            (string[])["a", "conv2d + winograd", $"{3:F3}", $"{0.75:P0}", $"{3:F2}", $"{1:F1}"], rows[0]);
        CollectionAssert.AreEqual(
            (string[])["b", "pointwise", $"{1:F3}", $"{0.25:P0}", $"{0.5:F2}", $"{0.5:F1}"], rows[1]);
    }
}
