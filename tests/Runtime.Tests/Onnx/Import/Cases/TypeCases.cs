namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Inputs and values of other types than 32-bit real numbers.</summary>
internal static class TypeCases
{
    private const int Float = 1, UInt8 = 2, Float16 = 10, Double = 11;

    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("a network in 16 bits", new GraphWriter().Input("x", Float16, ["N", 3, 7, 9]).UntypedOutput("y")
            .Halves("w", [4, 3, 3, 3]).Halves("b", [4]).Node("Conv", "x w b", "c").Node("Relu", "c", "y"),
            "Conv2d ReLU"),
        ("16 bits between real numbers", new GraphWriter().Input("x", "N", 3, 7, 9).Output("y")
            .Halves("w", [4, 3, 3, 3]).Halves("s", []).Node("Cast", "x", "h", ("to", Float16))
            .Node("Conv", "h w", "c").Node("Add", "c s", "d").Node("Cast", "d", "y", ("to", Float)),
            "Conv2d BatchNorm2d"),
        ("constants that are cast to 16 bits", new GraphWriter().Input("x", Float16, ["N", 5]).UntypedOutput("y")
            .Floats("c", [1], 0.1f).Node("Cast", "c", "h", ("to", Float16)).Node("Mul", "x h", "y"),
            "Reshape BatchNorm2d Reshape"),
        ("an input of 64 bits", new GraphWriter().Input("x", Double, ["N", 5]).UntypedOutput("y")
            .Node("Cast", "x", "a", ("to", Float)).Node("Exp", "a", "y"), "Exp"),
        ("bytes of a picture, channels last", new GraphWriter().Input("x", UInt8, ["N", 7, 9, 3]).Output("y")
            .Scalar("s", 1 / 255f).Some("w", 4, 3, 3, 3)
            .Node("Transpose", "x", "t", ("perm", new long[] { 0, 3, 1, 2 })).Node("Cast", "t", "f", ("to", Float))
            .Node("Mul", "f s", "m").Node("Conv", "m w", "y"), "Permute BatchNorm2d Conv2d"),
    ];
}
