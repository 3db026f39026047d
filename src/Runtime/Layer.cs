using SoftPool.Operators;

namespace SoftPool;

/// <summary>One step of a network.</summary>
/// <param name="Name">Its name as in PyTorch's module tree: features.0. Weights are named after it:
/// features.0.weight.</param>
/// <param name="Operator">What it computes, with its attributes.</param>
public sealed record Layer(string Name, Operator Operator);
