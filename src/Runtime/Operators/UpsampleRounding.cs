namespace SoftPool.Operators;

/// <summary>Which element is the nearest to a place between two, by ONNX's names.</summary>
public enum UpsampleRounding
{
    /// <summary>The one before it. PyTorch's.</summary>
    Floor,

    /// <summary>The one behind it.</summary>
    Ceil,

    /// <summary>The nearer one; in the middle the one before.</summary>
    RoundPreferFloor,

    /// <summary>The nearer one; in the middle the one behind.</summary>
    RoundPreferCeil,
}
