namespace SoftPool.Verification;

/// <summary>What a certificate keeps of a layer: statistics of all its values, and some of the values themselves.
/// Collected piece by piece, in the order of the inputs, on both sides by this code.</summary>
/// <param name="count">The number of values over all inputs.</param>
/// <param name="samples">How many are kept, 1 to <paramref name="count"/>.</param>
internal sealed class LayerDigest(long count, int samples)
{
    private readonly float[] _samples = new float[samples];
    private float _min = float.PositiveInfinity, _max = float.NegativeInfinity;
    private double _sum, _squares;
    private long _seen, _nonFinite;
    private int _taken;

    /// <summary>The number of values over all inputs.</summary>
    public long Count => count;

    /// <summary>The values kept; those that have not come yet are 0.</summary>
    public ReadOnlySpan<float> Samples => _samples;

    public LayerStatistics Statistics => _seen == _nonFinite
        ? new LayerStatistics(0, 0, 0, 0, _nonFinite)
        : new LayerStatistics(_min, _max, _sum / (_seen - _nonFinite), Math.Sqrt(_squares), _nonFinite);

    /// <summary>Adds the next values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (_seen + values.Length > count)
            throw new ShapeMismatchException($"{count} values were expected; {_seen + values.Length} came.");
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                _nonFinite++;
                continue;
            }
            _min = Math.Min(_min, value);
            _max = Math.Max(_max, value);
            _sum += value;
            _squares += (double)value * value;
        }
        for (; _taken < samples && PlaceOf(_taken, samples, count) < _seen + values.Length; _taken++)
            _samples[_taken] = values[(int)(PlaceOf(_taken, samples, count) - _seen)];
        _seen += values.Length;
    }

    /// <summary>The place of a sample: drawn in the sample's own of as many equal parts, so that every input and every
    /// channel has its share, and no stride falls in step with a row of the map. Of as many samples as values each is
    /// one.</summary>
    public static long PlaceOf(int sample, int samples, long count)
    {
        long begin = count * sample / samples, end = count * (sample + 1) / samples;
        return begin + (long)(SplitMix.At(0, sample) % (ulong)(end - begin));
    }
}
