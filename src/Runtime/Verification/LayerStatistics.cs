namespace SoftPool.Verification;

/// <summary>What a layer gave over all inputs of a certificate, in five numbers; the first four over its finite
/// values.</summary>
/// <param name="Min">The smallest value.</param>
/// <param name="Max">The largest value.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Norm">The square root of the sum of squares.</param>
/// <param name="NonFinite">How many values are NaN or infinite.</param>
public sealed record LayerStatistics(float Min, float Max, double Mean, double Norm, long NonFinite)
{
    /// <summary>max |value|.</summary>
    internal double Largest => Math.Max(Math.Abs((double)Min), Math.Abs((double)Max));
}

/// <summary>A layer's statistics on a device beside torch's.</summary>
/// <param name="Expected">Torch's.</param>
/// <param name="Actual">The device's.</param>
/// <param name="Count">The number of values that they are of.</param>
public sealed record StatisticsComparison(LayerStatistics Expected, LayerStatistics Actual, long Count)
{
    /// <summary>|actual - expected| of the smallest value.</summary>
    public double MinError => Math.Abs((double)Actual.Min - Expected.Min);

    /// <summary>|actual - expected| of the largest value.</summary>
    public double MaxError => Math.Abs((double)Actual.Max - Expected.Max);

    /// <summary>|actual - expected| of the mean.</summary>
    public double MeanError => Math.Abs(Actual.Mean - Expected.Mean);

    /// <summary>|actual - expected| of the norm.</summary>
    public double NormError => Math.Abs(Actual.Norm - Expected.Norm);

    /// <summary>Whether all values are finite and the statistics as near as a gate on the NMSE of the whole layer
    /// makes them: with an error e, of norm |e|, no value is off by more than |e|, nor is the norm, and the mean by no
    /// more than |e| / sqrt(count). So a layer within the gate never fails here, and one that is wrong where no sample
    /// lies mostly does.</summary>
    internal bool Passes(double nmse)
    {
        double error = Math.Sqrt(nmse) * Expected.Norm;
        return Expected.NonFinite == 0 && Actual.NonFinite == 0 && MinError <= error && MaxError <= error
            && NormError <= error && MeanError <= error / Math.Sqrt(Count);
    }
}
