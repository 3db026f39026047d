using SoftPool.Operators;
using TorchSharp;

namespace SoftPool.Trainer.Networks;

/// <summary><see cref="Upsample"/> by torch: its own where it has the choices, else a product with a matrix along each
/// axis.</summary>
internal static class TorchUpsample
{
    public static torch.Tensor Apply(Upsample op, torch.Tensor x)
    {
        bool bySize = op.ScaleFactor == default && op.Size is { Height: > 0, Width: > 0 }, byScale = op.Size == default;
        if (ModeOf(op) is { } mode && (bySize || byScale))
        {
            long[]? size = bySize ? [op.Size.Height, op.Size.Width] : null;
            double[]? scale = byScale ? [op.ScaleFactor.Height, op.ScaleFactor.Width] : null;
            bool? alignsCorners =
                op.Mode == UpsampleMode.Nearest ? null : op.Coordinates == UpsampleCoordinates.AlignCorners;
            return torch.nn.functional.interpolate(x, size, scale, mode, alignsCorners);
        }
        var map = new TensorShape((int)x.shape[1], (int)x.shape[2], (int)x.shape[3]);
        TensorShape output = op.InferShape(map);
        torch.Tensor rows = Matrix(UpsampleAxis.OfRows(op, map, output), map[1], x);
        torch.Tensor columns = Matrix(UpsampleAxis.OfColumns(op, map, output), map[2], x);
        return rows.matmul(x).matmul(columns.transpose(0, 1));
    }

    private static torch.InterpolationMode? ModeOf(Upsample op) => op switch
    {
        {
            Mode: UpsampleMode.Nearest,
            Coordinates: UpsampleCoordinates.Asymmetric,
            NearestMode: UpsampleRounding.Floor,
        } => torch.InterpolationMode.Nearest,
        { Coordinates: not (UpsampleCoordinates.HalfPixel or UpsampleCoordinates.AlignCorners) } => null,
        { Mode: UpsampleMode.Bilinear } => torch.InterpolationMode.Bilinear,
        { Mode: UpsampleMode.Bicubic, CubicCoeffA: -0.75, ExcludeOutside: false } => torch.InterpolationMode.Bicubic,
        _ => null,
    };

    /// <summary>(outputs, inputs): the weights of the taps, each at its place.</summary>
    private static torch.Tensor Matrix(TapAxis axis, int inputs, torch.Tensor like)
    {
        int outputs = axis.Places.Length / axis.Taps;
        var weights = new float[outputs * inputs];
        for (int i = 0; i < axis.Places.Length; i++)
            weights[i / axis.Taps * inputs + (int)axis.Places[i]] += (float)axis.Weights[i];
        return torch.tensor(weights, [outputs, inputs]).to(like.dtype).to(like.device);
    }
}
