using TorchSharp;

namespace SoftPool.Torch.Modules;

/// <summary>Resizes a map to the height and width of another one, as a module, so that an export of a TorchSharp module
/// sees it. Has no parameters. To resize by a factor or to a size, take torch.nn.Upsample.</summary>
/// <param name="mode">Nearest, Bilinear or Bicubic, as in torch.nn.functional.interpolate.</param>
/// <param name="align_corners">Whether the first and last elements correspond; null for Nearest.</param>
public sealed class Interpolate(
    torch.InterpolationMode mode = torch.InterpolationMode.Nearest, bool? align_corners = null)
    : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>(nameof(Interpolate))
{
    /// <summary>The interpolation.</summary>
    public torch.InterpolationMode mode { get; } = mode;

    /// <summary>Whether the first and last elements correspond.</summary>
    public bool? align_corners { get; } = align_corners;

    /// <summary>Resizes x, (N, C, H, W), to the height and width of like, (N, any, h, w): (N, C, h, w).</summary>
    public override torch.Tensor forward(torch.Tensor x, torch.Tensor like) =>
        torch.nn.functional.interpolate(x, like.shape[2..], null, mode, align_corners);
}
