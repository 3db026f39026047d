using SoftPool.Kernels;

namespace SoftPool.Graph;

/// <summary>What of a plan computes one layer, or several that are computed together: a convolution, the batch norm in
/// its weights and the activation on the way; a chain of pointwise operators.</summary>
/// <param name="Layers">Their places in the graph, in order. Each alone reads the one before it. Those behind the first
/// are computed element by element.</param>
/// <param name="Inputs">What they read of others, in their order, whole batches in the layout of the graph's
/// shapes.</param>
/// <param name="Output">What the last of them gives.</param>
/// <param name="FirstLaunch">The first of its launches.</param>
/// <param name="Launches">The number of its launches; none where the output is the input itself.</param>
internal sealed record PlannedLayer(
    IReadOnlyList<int> Layers, IReadOnlyList<Operand> Inputs, Operand Output, int FirstLaunch, int Launches);
