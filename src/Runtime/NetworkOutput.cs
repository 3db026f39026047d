namespace SoftPool;

/// <summary>An output of a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Layer">The name of the layer whose output it is. Other layers may read that layer too.</param>
/// <param name="Shape">The shape of one item, without the batch: (classes).</param>
public sealed record NetworkOutput(string Name, string Layer, TensorShape Shape);
