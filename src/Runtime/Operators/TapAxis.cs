namespace SoftPool.Operators;

/// <summary>What each place of an output is made of along one axis. It is worked out in double while a network is
/// planned, so that reference and kernel cannot differ in it.</summary>
/// <param name="Taps">How many elements each is made of.</param>
/// <param name="Places">Their places in the input, (outputs, taps).</param>
/// <param name="Weights">Their weights, (outputs, taps). One of weight 0 is not read.</param>
internal sealed record TapAxis(int Taps, uint[] Places, double[] Weights)
{
    /// <summary>One element for each place.</summary>
    public static TapAxis OfOne(int outputs, Func<int, int> placeOf)
    {
        var weights = new double[outputs];
        Array.Fill(weights, 1);
        return new TapAxis(1, [.. Enumerable.Range(0, outputs).Select(place => (uint)placeOf(place))], weights);
    }
}
