namespace SoftPool.Operators;

/// <summary>Which element <see cref="Upsample"/> takes as the nearest to a position between two elements. The names are
/// ONNX's.</summary>
public enum UpsampleRounding
{
    /// <summary>The element before the position, as in PyTorch.</summary>
    Floor,

    /// <summary>The element after the position.</summary>
    Ceil,

    /// <summary>The nearer element; midway, the element before the position.</summary>
    RoundPreferFloor,

    /// <summary>The nearer element; midway, the element after the position.</summary>
    RoundPreferCeil,
}
