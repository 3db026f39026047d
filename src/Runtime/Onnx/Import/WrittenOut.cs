using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Activations that exporters write out as several nodes, found by the last of them.</summary>
internal static class WrittenOut
{
    private const double RelativeError = 1e-6;

    /// <summary>What the product of a layer and a number comes to.</summary>
    public static (Operator Op, Draft Input)? ByNumber(Draft layer, double factor)
    {
        if (Is(factor, 1 / 6.0) && RaisedUnder(layer) is { } raised)
            return (new Hardsigmoid(), raised);
        if (layer is not { Operator: Multiply, Inputs: [var left, var right] })
            return null;
        return Gate(left, right, factor) ?? Gate(right, left, factor);
    }

    /// <summary>What the product of two layers comes to.</summary>
    public static (Operator Op, Draft Input)? ByLayer(Draft left, Draft right) =>
        Gate(left, right, 1) ?? Gate(right, left, 1);

    /// <summary>What the difference of two layers is in a layer norm.</summary>
    public static Statistic? ByDifference(Draft left, Draft right) =>
        right.Statistic is { Kind: StatisticKind.Mean } mean && mean.Of == left
            ? mean with { Kind = StatisticKind.Distance }
            : null;

    /// <summary>What the square of a layer is in a layer norm.</summary>
    public static Statistic? BySquare(Draft layer) =>
        layer.Statistic is { Kind: StatisticKind.Distance } distance
            ? distance with { Kind = StatisticKind.Square }
            : null;

    /// <summary>What the mean of a layer over its last axes is in a layer norm.</summary>
    public static Statistic ByMean(Draft layer, int axes) =>
        layer.Statistic is { Kind: StatisticKind.Square } square && square.Axes == axes
            ? square with { Kind = StatisticKind.Variance }
            : new Statistic(StatisticKind.Mean, layer, axes);

    /// <summary>What a layer times a number and plus a number is in a layer norm.</summary>
    public static Statistic? ByNumbers(Draft layer, double scale, double shift) =>
        scale == 1 && layer.Statistic is { Kind: StatisticKind.Variance, Eps: 0 } variance
            ? variance with { Eps = shift }
            : null;

    /// <summary>What the root of a layer is in a layer norm.</summary>
    public static Statistic? ByRoot(Draft layer) =>
        layer.Statistic is { Kind: StatisticKind.Variance } variance
            ? variance with { Kind = StatisticKind.Deviation }
            : null;

    /// <summary>What the quotient of two layers comes to.</summary>
    public static (LayerNorm Op, Draft Input)? ByQuotient(Draft left, Draft right)
    {
        bool isNorm = left.Statistic is { Kind: StatisticKind.Distance } distance
            && right.Statistic is { Kind: StatisticKind.Deviation } deviation
            && distance.Of == deviation.Of && distance.Axes == deviation.Axes && deviation.Eps >= RowNorm.LeastEps;
        if (!isNorm)
            return null;
        (Draft of, int axes) = (left.Statistic!.Of, left.Statistic.Axes);
        return (new LayerNorm(new(of.Shape.Extents[^axes..]), right.Statistic!.Eps), of);
    }

    /// <summary>x times a function of x.</summary>
    private static (Operator Op, Draft Input)? Gate(Draft x, Draft gate, double factor)
    {
        if (factor == 1 && gate is { Operator: Sigmoid, Inputs: [var a] } && a == x)
            return (new SiLU(), x);
        if (factor == 1 && gate is { Operator: Hardsigmoid, Inputs: [var b] } && b == x)
            return (new Hardswish(), x);
        if (factor == 1 && gate is { Operator: Tanh, Inputs: [{ Operator: Softplus, Inputs: [var c] }] } && c == x)
            return (new Mish(), x);
        if (Is(factor, 1 / 6.0) && RaisedUnder(gate) == x)
            return (new Hardswish(), x);
        // s x times t (1 + erf(x / sqrt(2))), with half as the product of all factors.
        if (gate.Line is { Of: { Operator: not Erf, Line: not null } inner, Shift: 0 } outer)
            (gate, factor) = (inner, factor * outer.Scale);
        if (gate.Line is not { Of: { Operator: Erf, Inputs: [{ Line: { Shift: 0 } argument }] } } erf
            || !Is(argument.Scale, Math.Sqrt(0.5)))
            return null;
        bool isOfItself = x == argument.Of;
        if (!isOfItself && (x.Line is not { Shift: 0 } multiple || multiple.Of != argument.Of))
            return null;
        factor *= erf.Scale * (isOfItself ? 1 : x.Line!.Scale);
        return Is(factor, 0.5) && Is(erf.Shift, erf.Scale) ? (new GELU(GeluApproximation.None), argument.Of) : null;
    }

    /// <summary>The x of ReLU6(x + 3); null of all else.</summary>
    private static Draft? RaisedUnder(Draft layer) =>
        layer is { Operator: ReLU6, Inputs: [{ Line: { Scale: 1, Shift: 3 } raised }] } ? raised.Of : null;

    private static bool Is(double number, double meant) => Math.Abs(number - meant) <= RelativeError * Math.Abs(meant);
}
