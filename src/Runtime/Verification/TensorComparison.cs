namespace SoftPool.Verification;

/// <summary>The difference of a tensor from the expected tensor. Elements are added in pieces and are not stored, so
/// any number of batches can be compared. NaN or infinity on either side makes every measure NaN, and NaN passes no
/// gate. Errors up to 1e-30, or up to 1e-6 where a report is of 16-bit storage, count as none: devices may flush what is
/// as small.</summary>
public sealed class TensorComparison
{
    private readonly double? _meanSquare;
    private double _largestError;
    private double _largestValue;
    private double _squaredError;
    private double _squaredValue;
    private long _largestUlp;
    private bool _finite = true;

    /// <summary>Creates an empty comparison.</summary>
    public TensorComparison()
    {
    }

    /// <summary>Begins one of sampled elements, whose errors are measured against the whole tensor: samples may all be
    /// zeros where a ReLU was.</summary>
    /// <param name="largestValue">max |expected| over the whole tensor.</param>
    /// <param name="meanSquare">The mean of expected^2 over the whole tensor.</param>
    internal TensorComparison(double largestValue, double meanSquare) =>
        (_largestValue, _meanSquare) = (largestValue, meanSquare);

    /// <summary>Errors up to this count as none.</summary>
    internal double Negligible { get; init; } = Tolerances.Fp32.Negligible;

    /// <summary>The number of elements compared.</summary>
    public long Count { get; private set; }

    /// <summary>The largest error: max |actual - expected|.</summary>
    public double MaxError => _finite ? _largestError : double.NaN;

    /// <summary>The largest expected magnitude: max |expected|.</summary>
    public double MaxValue => _finite ? _largestValue : double.NaN;

    /// <summary>The largest error relative to the largest expected magnitude: max |actual - expected| / max |expected|;
    /// 0 if both are 0.</summary>
    public double RelativeError => Ratio(MaxError, MaxValue);

    /// <summary>The normalised mean square error: sum (actual - expected)^2 / sum expected^2; 0 if both are
    /// 0.</summary>
    public double Nmse => _finite ? Ratio(_squaredError, _meanSquare * Count ?? _squaredValue) : double.NaN;

    /// <summary>The largest distance between an expected and an actual value in ULP, counted as steps from one 32-bit
    /// float to the next. It is large for expected values near 0, however large the layer's other values are, so it has
    /// no gate.</summary>
    public double MaxUlp => _finite ? _largestUlp : double.NaN;

    /// <summary>Adds elements to the comparison.</summary>
    /// <param name="expected">The expected elements.</param>
    /// <param name="actual">The actual elements, as many as expected.</param>
    /// <exception cref="ShapeMismatchException">The lengths differ.</exception>
    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
            throw new ShapeMismatchException($"{expected.Length} elements were expected; {actual.Length} came.");
        for (int i = 0; i < expected.Length; i++)
        {
            double value = expected[i], error = actual[i] - value;
            _finite &= double.IsFinite(value) && double.IsFinite(error);
            if (Math.Abs(error) <= Negligible)
                error = 0;
            _largestValue = Math.Max(_largestValue, Math.Abs(value));
            _largestError = Math.Max(_largestError, Math.Abs(error));
            _squaredValue += value * value;
            _squaredError += error * error;
            _largestUlp = Math.Max(_largestUlp, Math.Abs(Order(actual[i]) - Order(expected[i])));
        }
        Count += expected.Length;
    }

    /// <summary>A number that grows by one from each float to the next; 0 for both zeros.</summary>
    private static long Order(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return bits >= 0 ? bits : -(long)(bits & int.MaxValue);
    }

    private static double Ratio(double error, double value) => error == 0 ? 0 : error / value;
}
