namespace SoftPool.Parity;

/// <summary>
/// How far one tensor is from the one that it should be. Collected piece by piece, so that batches of any number need
/// no memory. NaN and infinity on either side make every measure NaN, and NaN passes no gate.
/// </summary>
public sealed class TensorComparison
{
    private double _largestError;
    private double _largestValue;
    private double _squaredError;
    private double _squaredValue;
    private bool _finite = true;

    /// <summary>The number of elements compared.</summary>
    public long Count { get; private set; }

    /// <summary>max |actual - expected|.</summary>
    public double MaxError => _finite ? _largestError : double.NaN;

    /// <summary>max |expected|.</summary>
    public double MaxValue => _finite ? _largestValue : double.NaN;

    /// <summary>max |actual - expected| / max |expected|; 0 where both are 0.</summary>
    public double RelativeError => Ratio(MaxError, MaxValue);

    /// <summary>The normalised mean square error: sum (actual - expected)^2 / sum expected^2; 0 where both are
    /// 0.</summary>
    public double Nmse => _finite ? Ratio(_squaredError, _squaredValue) : double.NaN;

    /// <summary>Adds elements to the comparison.</summary>
    /// <exception cref="ShapeMismatchException">The lengths differ.</exception>
    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
            throw new ShapeMismatchException($"{expected.Length} elements were expected; {actual.Length} came.");
        for (int i = 0; i < expected.Length; i++)
        {
            double value = expected[i], error = actual[i] - value;
            _finite &= double.IsFinite(value) && double.IsFinite(error);
            _largestValue = Math.Max(_largestValue, Math.Abs(value));
            _largestError = Math.Max(_largestError, Math.Abs(error));
            _squaredValue += value * value;
            _squaredError += error * error;
        }
        Count += expected.Length;
    }

    private static double Ratio(double error, double value) => error == 0 ? 0 : error / value;
}
