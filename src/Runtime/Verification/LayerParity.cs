namespace SoftPool.Verification;

/// <summary>The comparison of a layer's output with the expected output.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Shape">The shape of one item of the layer's output, without the batch.</param>
/// <param name="Comparison">The differences, over all values, or over the values that a certificate has.</param>
/// <param name="Statistics">The statistics of all values, if a certificate gives the expected statistics; otherwise
/// null.</param>
/// <param name="LargestNmse">The largest normalised mean square error that passes: the gate of the report, or more
/// where the certificate says that rounding to 32 bits alone makes as much.</param>
/// <param name="Passed">Whether the layer is within its gate.</param>
public sealed record LayerParity(
    string Layer, TensorShape Shape, TensorComparison Comparison, StatisticsComparison? Statistics, double LargestNmse,
    bool Passed);
