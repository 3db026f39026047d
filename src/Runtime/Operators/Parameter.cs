namespace SoftPool.Operators;

/// <summary>A learned tensor that an operator needs.</summary>
/// <param name="Name">Its name as in PyTorch: weight or bias; with the layer's name before it in a whole network.</param>
/// <param name="Shape">Its shape as in PyTorch.</param>
public sealed record Parameter(string Name, TensorShape Shape);
