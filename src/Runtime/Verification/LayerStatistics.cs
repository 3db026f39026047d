namespace SoftPool.Verification;

/// <summary>Five statistics of a layer's output over all inputs of a certificate. The first four are over the finite
/// values.</summary>
/// <param name="Min">The smallest value.</param>
/// <param name="Max">The largest value.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Norm">The L2 norm: the square root of the sum of squares.</param>
/// <param name="NonFinite">The number of values that are NaN or infinite.</param>
public sealed record LayerStatistics(float Min, float Max, double Mean, double Norm, long NonFinite)
{
    /// <summary>max |value|.</summary>
    internal double Largest => Math.Max(Math.Abs((double)Min), Math.Abs((double)Max));
}

/// <summary>A layer's statistics on a device and those that torch computed.</summary>
/// <param name="Expected">The statistics that torch computed.</param>
/// <param name="Actual">The statistics on the device.</param>
/// <param name="Count">The number of values in the statistics.</param>
public sealed record StatisticsComparison(LayerStatistics Expected, LayerStatistics Actual, long Count)
{
    /// <summary>The difference of the smallest values: |actual - expected|.</summary>
    public double MinError => Math.Abs((double)Actual.Min - Expected.Min);

    /// <summary>The difference of the largest values: |actual - expected|.</summary>
    public double MaxError => Math.Abs((double)Actual.Max - Expected.Max);

    /// <summary>The difference of the means: |actual - expected|.</summary>
    public double MeanError => Math.Abs(Actual.Mean - Expected.Mean);

    /// <summary>The difference of the norms: |actual - expected|.</summary>
    public double NormError => Math.Abs(Actual.Norm - Expected.Norm);

    /// <summary>Whether all values are finite and the statistics as near as a gate on the NMSE of the whole layer
    /// makes them: with an error e, of norm |e|, no value is off by more than |e|, nor is the norm, and the mean by no
    /// more than |e| / sqrt(count). So a layer within the gate never fails here, and one that is wrong where no sample
    /// lies mostly does.</summary>
    /// <param name="nmse">The gate.</param>
    /// <param name="negligible">An error of a value that is none.</param>
    internal bool Passes(double nmse, double negligible)
    {
        double error = Math.Sqrt(nmse) * Expected.Norm + negligible * Math.Sqrt(Count);
        return Expected.NonFinite == 0 && Actual.NonFinite == 0 && MinError <= error && MaxError <= error
            && NormError <= error && MeanError <= error / Math.Sqrt(Count);
    }
}
