using System.Runtime.CompilerServices;
using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>What a module gives, as the runtime has it.</summary>
internal static class ModuleResult
{
    /// <summary>The tensors of a tensor, a tuple, a list or a dictionary.</summary>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static IReadOnlyList<torch.Tensor> TensorsOf(object? result) => result switch
    {
        torch.Tensor tensor => [tensor],
        ITuple tuple => [.. Enumerable.Range(0, tuple.Length).SelectMany(i => TensorsOf(tuple[i]))],
        IDictionary<string, torch.Tensor> named => [.. named.Values],
        IEnumerable<torch.Tensor> some => [.. some],
        _ => throw new ArgumentException(
            "A module to export gives a tensor, or a tuple, a list or a dictionary of tensors; "
            + $"got {result?.GetType().Name ?? "null"}."),
    };

    /// <summary>The keys of a dictionary; null of anything else.</summary>
    public static IReadOnlyList<string>? NamesOf(object? result) =>
        result is IDictionary<string, torch.Tensor> named ? [.. named.Keys] : null;

    /// <summary>The shape without the batch.</summary>
    public static TensorShape ItemShapeOf(torch.Tensor tensor) =>
        new([.. tensor.shape.Skip(1).Select(extent => checked((int)extent))]);

    /// <summary>The elements of the first item, as floats on the CPU.</summary>
    public static float[] FirstItemOf(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return ValuesOf(tensor.dim() == 0 ? tensor : tensor.narrow(0, 0, 1));
    }

    /// <summary>The elements as floats on the CPU.</summary>
    public static float[] ValuesOf(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to(torch.float32).cpu().contiguous().data<float>().ToArray();
    }
}
