namespace SoftPool.Verification;

/// <summary>How one layer's output compares with the one expected, and whether that is close enough.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Shape">The shape of its output, without the batch.</param>
/// <param name="Comparison">The measures: of all values, or of those that a certificate has.</param>
/// <param name="Statistics">The statistics of all values, where a certificate says what they should be; else
/// null.</param>
/// <param name="Passed">Whether it is within the gate.</param>
public sealed record LayerParity(
    string Layer, TensorShape Shape, TensorComparison Comparison, StatisticsComparison? Statistics, bool Passed);
