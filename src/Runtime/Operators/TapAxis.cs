namespace SoftPool.Operators;

/// <summary>What each place of an output is made of along one axis. It is worked out in double while a network is
/// planned, so that reference and kernel cannot differ in it.</summary>
/// <param name="Taps">How many elements each is made of.</param>
/// <param name="Places">Their places in the input, (outputs, taps).</param>
/// <param name="Weights">Their weights, (outputs, taps). One of weight 0 is not read.</param>
internal sealed record TapAxis(int Taps, uint[] Places, double[] Weights)
{
    /// <summary>How often each element of the input comes, one after the other, if that is all; else 0.</summary>
    /// <param name="inputs">The extent of the input.</param>
    public int Repeats(int inputs)
    {
        int times = Places.Length / inputs;
        for (int place = 0; place < Places.Length; place++)
            if (Taps != 1 || Weights[place] != 1 || Places.Length % inputs != 0 || Places[place] != place / times)
                return 0;
        return times;
    }

    /// <summary>One element for each place.</summary>
    public static TapAxis OfOne(int outputs, Func<int, int> placeOf)
    {
        var weights = new double[outputs];
        Array.Fill(weights, 1);
        return new TapAxis(1, [.. Enumerable.Range(0, outputs).Select(place => (uint)placeOf(place))], weights);
    }
}
