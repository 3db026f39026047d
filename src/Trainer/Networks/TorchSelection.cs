using SoftPool.Operators;
using SoftPool.Torch;
using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary>The places of elements, and elements in order. What torch's own functions take of elements alike is not
/// said; a stable sort keeps their order.</summary>
internal static class TorchSelection
{
    public static torch.Tensor Apply(ArgReduction selection, torch.Tensor x)
    {
        torch.Tensor reversed = selection.SelectLastIndex ? x.flip(selection.Dim) : x;
        torch.Tensor places = Sorted(reversed, selection.Dim, selection is ArgMax, 1).Places;
        using Scalar last = x.shape[selection.Dim] - 1;
        if (selection.SelectLastIndex)
            places = places.neg().add(last, Scalars.One);
        return (selection.Keepdim ? places : places.squeeze(selection.Dim)).to(x.dtype);
    }

    public static torch.Tensor Apply(TopKSelection selection, torch.Tensor x)
    {
        (torch.Tensor values, torch.Tensor places) = Sorted(x, selection.Dim, selection.Largest, selection.K);
        return selection is TopKIndices ? places.to(x.dtype) : values;
    }

    private static (torch.Tensor Values, torch.Tensor Places) Sorted(torch.Tensor x, int dim, bool largest, int count)
    {
        (torch.Tensor values, torch.Tensor places) = torch.sort(x, dim, descending: largest, stable: true);
        return (values.narrow(dim, 0, count), places.narrow(dim, 0, count));
    }
}
