using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Weights that are stored as integers.</summary>
internal static class QuantizationCases
{
    private const int UInt8 = 2, Int8 = 3, Int32 = 6;

    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("a weight of uint8 and a bias of int32", Vector().Integers("q", UInt8, [4, 5], Some(20, 0, 256))
            .Scalar("s", 0.031f).Integers("z", UInt8, [], 119).Integers("b", Int32, [4], 1000, -70_000, 3, 0)
            .Scalar("t", 1e-4f).Node("DequantizeLinear", "q s z", "w").Node("DequantizeLinear", "b t", "c")
            .Node("Gemm", "x w c", "y", ("transB", 1)), "Linear"),
        ("a weight of int8 by its first axis", Image().Integers("q", Int8, [4, 3, 3, 3], Some(108, -128, 256))
            .Floats("s", [4], 0.01f, 0.02f, 0.5f, 0.003f).Integers("z", Int8, [4], 0, -3, 100, 7)
            .Node("DequantizeLinear", "q s z", "w", ("axis", 0)).Node("Conv", "x w", "y"), "Conv2d"),
        ("a weight of int8 by its second axis, from the end", Vector().Integers("q", Int8, [5, 4], Some(20, -128, 256))
            .Floats("s", [4], 0.01f, 0.02f, 0.5f, 0.003f).Node("DequantizeLinear", "q s", "w", ("axis", -1))
            .Node("MatMul", "x w", "y"), "Linear"),
        ("a weight of real numbers between both", Vector().Some("f", 4, 5).Floats("s", [1], 0.0123f)
            .Integers("z", Int8, [1], 5).Node("QuantizeLinear", "f s z", "q").Node("DequantizeLinear", "q s z", "w")
            .Node("Gemm", "x w", "y", ("transB", 1)), "Linear"),
        ("a weight of real numbers without a zero point", Vector().Some("f", 4, 5).Scalar("s", 0.0123f)
            .Node("QuantizeLinear", "f s", "q").Node("DequantizeLinear", "q s", "w")
            .Node("Gemm", "x w", "y", ("transB", 1)), "Linear"),
    ];

    private static int[] Some(int count, int least, int range) =>
        [.. Enumerable.Range(0, count).Select(i => (i * 97 % range) + least)];
}
