namespace SoftPool.Operators;

/// <summary>The weights of a SoftPool window. The two are different operators with the same name in SoftPool's
/// published code. A network trained with one loses accuracy with the other.</summary>
public enum SoftPoolWeighting
{
    /// <summary>Each channel has its own weights: w_i = exp(x_i) / sum_j exp(x_j). This is the paper's formula
    /// (Stergiou, Poppe, Kalliatakis: Refining activation downsampling with SoftPool, ICCV 2021).</summary>
    PerChannel,

    /// <summary>All channels share the weight of a cell, from the exponentials summed over the channels: s_i = sum_c
    /// exp(x_ci), w_i = s_i / sum_j s_j.</summary>
    SharedAcrossChannels,
}
