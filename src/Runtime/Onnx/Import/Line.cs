namespace SoftPool.Onnx.Import;

/// <summary>scale x + shift, x being what a layer gives.</summary>
/// <param name="Of">The layer.</param>
/// <param name="Scale">The factor.</param>
/// <param name="Shift">The summand.</param>
internal sealed record Line(Draft Of, double Scale, double Shift);
