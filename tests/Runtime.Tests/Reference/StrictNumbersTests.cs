using SoftPool.Reference;

namespace SoftPool.Runtime.Tests.Reference;

/// <summary>Strict numerics' own exp and reciprocal against double, and that they keep to the rule of 2^-50.</summary>
[TestClass]
public sealed class StrictNumbersTests
{
    [TestMethod]
    public void Exp_is_within_one_unit_of_the_last_place()
    {
        for (double exponent = -36; exponent <= 0; exponent += 1e-5)
        {
            float x = (float)exponent, actual = Strict.ExpNonpositive(new Strict(x)).Value;
            if (x < -34.65f)
                Assert.AreEqual(0f, actual);
            else
            {
                double expected = Math.Exp(x);
                Assert.IsTrue(
                    Math.Abs(actual - expected) <= 1.01 * UnitOf(expected),
                    $"exp({x:R}) = {actual:R}, not {expected:R}");
                Assert.IsGreaterThanOrEqualTo(Strict.Tiny, actual);
            }
        }
        Assert.AreEqual(1f, Strict.ExpNonpositive(new Strict(0)).Value);
        Assert.AreEqual(0f, Strict.ExpNonpositive(new Strict(float.MinValue)).Value);
        Assert.IsTrue(float.IsNaN(Strict.ExpNonpositive(new Strict(float.NaN)).Value));
    }

    [TestMethod]
    public void A_reciprocal_is_within_one_and_a_half_units_of_the_last_place_and_exact_for_powers_of_two()
    {
        for (double x = 1; x <= 68719476736; x *= 1.00001)
        {
            double expected = 1.0 / (float)x;
            float actual = (new Strict(1) / new Strict((float)x)).Value;
            Assert.IsTrue(
                Math.Abs(actual - expected) <= 1.5 * UnitOf(expected), $"1 / {x:R} = {actual:R}, not {expected:R}");
        }
        for (int power = 0; power <= 36; power++)
            Assert.AreEqual(MathF.ScaleB(1, -power), (new Strict(1) / new Strict(MathF.ScaleB(1, power))).Value);
    }

    private static double UnitOf(double value) => Math.ScaleB(1, Math.ILogB(value) - 23);
}
