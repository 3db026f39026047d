namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Strict numerics: every operator's kernel gives the bits of the strict reference.</summary>
[TestClass]
public sealed class StrictTests
{
    // Tiny: products of two reach below TINY, and partial sums where a driver might flush them; huge: sums reach infinity.
    [TestMethod]
    [DataRow(1)]
    [DataRow(100)]
    [DataRow(1e-14)]
    [DataRow(1e-30)]
    [DataRow(1e38)]
    public void Kernels_give_the_bits_of_the_strict_reference(double scale)
    {
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
            OperatorCheck.MatchesStrictly(TestDevices.Software, layers, input, batch, scale);
    }
}
