namespace SoftPool.Operators;

/// <summary>A tensor that an operator needs from the model file.</summary>
/// <param name="Name">Its name as in PyTorch: weight or bias; with the layer's name before it in a whole
/// network.</param>
/// <param name="Shape">Its shape as in PyTorch.</param>
/// <param name="Trainable">Whether training learns it; batch norm's running statistics are only gathered.</param>
public sealed record Parameter(string Name, TensorShape Shape, bool Trainable = true);
