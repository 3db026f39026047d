namespace SoftPool.Operators;

/// <summary>A tensor that an operator or a network needs from the model: a weight, a bias or a running
/// statistic.</summary>
/// <param name="Name">The name as in PyTorch: "weight", "bias". In <see cref="ModelGraph.Parameters"/> the layer's name
/// precedes it: "features.0.weight".</param>
/// <param name="Shape">The shape as in PyTorch.</param>
/// <param name="Trainable">Whether training learns the tensor. False for the running statistics of batch
/// normalisation.</param>
public sealed record Parameter(string Name, TensorShape Shape, bool Trainable = true);
