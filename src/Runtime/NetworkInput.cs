namespace SoftPool;

/// <summary>An input of a network.</summary>
/// <param name="Name">Its name, by which layers read it.</param>
/// <param name="Shape">The shape of one item, without the batch: (C, H, W).</param>
public sealed record NetworkInput(string Name, TensorShape Shape);
