namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>What the cases' models have in common: their inputs, and attributes that many have.</summary>
internal static class Graphs
{
    public static long[] Square3 { get; } = [3, 3];

    public static long[] Ones { get; } = [1, 1, 1, 1];

    public static GraphWriter Image(int channels = 3, int height = 7, int width = 9) =>
        new GraphWriter().Input("x", "N", channels, height, width).Output("y");

    public static GraphWriter Sequence(int length, int features) =>
        new GraphWriter().Input("x", 1, length, features).Output("y");

    public static GraphWriter Vector() => new GraphWriter().Input("x", "N", 5).Output("y");
}
