namespace SoftPool.Operators;

/// <summary>
/// Which exponentials weigh a cell of a SoftPool window. The two are different operators that go by one name in
/// SoftPool's published code; a network trained with one loses accuracy in the other.
/// </summary>
public enum SoftPoolWeighting
{
    /// <summary>Each channel weighs its own cells: w_i = exp(x_i) / sum_j exp(x_j). The paper's formula
    /// (Stergiou, Poppe, Kalliatakis: Refining activation downsampling with SoftPool, ICCV 2021).</summary>
    PerChannel,

    /// <summary>All channels share one weight for a cell, from the exponentials summed over the channels:
    /// s_i = sum_c exp(x_ci), w_i = s_i / sum_j s_j.</summary>
    SharedAcrossChannels,
}
