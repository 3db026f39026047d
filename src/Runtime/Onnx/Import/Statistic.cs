namespace SoftPool.Onnx.Import;

/// <summary>What a layer is of another one's last axes: a step of a layer norm that is written out.</summary>
/// <param name="Kind">Which step.</param>
/// <param name="Of">The layer that is normalized.</param>
/// <param name="Axes">The number of axes over which the means are taken.</param>
/// <param name="Eps">The number that is added to the variance.</param>
internal sealed record Statistic(StatisticKind Kind, Draft Of, int Axes, double Eps = 0);

/// <summary>The steps of a layer norm.</summary>
internal enum StatisticKind
{
    /// <summary>The mean.</summary>
    Mean,

    /// <summary>x less the mean.</summary>
    Distance,

    /// <summary>The square of the distance.</summary>
    Square,

    /// <summary>The mean of the squares, and eps.</summary>
    Variance,

    /// <summary>The root of that.</summary>
    Deviation,
}
