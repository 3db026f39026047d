using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>One call of a module that has no modules in it.</summary>
/// <param name="Path">The module's name in the module tree: features.0.</param>
/// <param name="Module">The module.</param>
/// <param name="Inputs">What it read, in order: the number of a call before it, or ~i for input i of the network.
/// Null for a tensor that no module gave.</param>
/// <param name="InputShapes">The shapes of one item of what it read.</param>
/// <param name="OutputShape">The shape of one item of what it gave.</param>
/// <param name="Output">What it gave, all items.</param>
internal sealed record ModuleCall(
    string Path, torch.nn.Module Module, IReadOnlyList<int?> Inputs, IReadOnlyList<TensorShape> InputShapes,
    TensorShape OutputShape, float[] Output);
