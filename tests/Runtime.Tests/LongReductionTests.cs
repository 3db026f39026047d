using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests;

/// <summary>Drivers may end the loops of an invocation after some number of iterations, without a word. Long sums are
/// right all the same.</summary>
[TestClass]
public sealed class LongReductionTests
{
    /// <summary>Name, network, input, the output's last value.</summary>
    private static IEnumerable<(string Name, Model Model, float[] Input, double Last)> Cases()
    {
        yield return Case("global average", new(1, 512, 512), _ => 1, 1, new GlobalAvgPool());
        yield return Case(
            "largest of a large window", new(1, 300, 300), i => i == 89_999 ? 5 : 0, 5,
            new MaxPool2d(300, 1, 0, false));
        yield return Case("softmax of many channels", new(32_000), _ => 0, 1 / 32_000.0, new Softmax());
        yield return Case(
            "global SoftPool", new(1, 40_000), i => i / 10_000f, 3.0746,
            new GlobalSoftPool(SoftPoolWeighting.PerChannel));
        yield return Case(
            "global SoftPool, shared", new(1, 40_000), i => i / 10_000f, 3.0746,
            new GlobalSoftPool(SoftPoolWeighting.SharedAcrossChannels));
        // Just below what the first such driver grants: 65,535 iterations, with the last test of each loop.
        yield return Case("average below the limit", new(1, 254, 256), _ => 1, 1, new GlobalAvgPool());
        yield return Case("softmax below the limit", new(21_844), _ => 0, 1 / 21_844.0, new Softmax());
        yield return Case(
            "SoftPool below the limit", new(1, 32_762), _ => 2, 2,
            new GlobalSoftPool(SoftPoolWeighting.PerChannel));
        yield return Case(
            "SoftPool below the limit, shared", new(1, 21_840), _ => 2, 2,
            new GlobalSoftPool(SoftPoolWeighting.SharedAcrossChannels));
        yield return Case(
            "mean of two axes apart", new(300, 2, 300), _ => 1, 1, new Reduce(Reduction.Mean, [1, 3], Keepdim: true));
        yield return Case(
            "largest of a long axis", new(2, 200_001), i => i == 400_001 ? 5 : -i, 5,
            new Reduce(Reduction.Amax, [2], Keepdim: false));
        // log(200,000)
        yield return Case(
            "logarithm of many exponentials", new(1, 200_000), _ => 0, 12.206073,
            new Reduce(Reduction.LogSumExp, [2], Keepdim: false));
        yield return Case("place in a long axis", new(200_001), i => i == 1_999 ? 5 : 0, 1_999, new ArgMax(1, false));
        // The last one lies one deviation above the mean, and all weights and biases are 1.
        yield return Case("norm of a large group", new(2, 400, 300), i => i % 2, 2, new GroupNorm(1, 2, 1e-12));
        yield return Case("norm of a long row", new(200_000), i => i % 2, 2, new LayerNorm(new(200_000), 1e-12));
        foreach (int features in (int[])[65_599, 65_600, 200_001, 262_144])
            yield return Case(
                $"linear of {features}", new(features), _ => 1, features,
                new Linear(features, 1) { Bias = false });
    }

    public static IEnumerable<object[]> Rows =>
        from row in Cases()
        from kind in (string[])["fast", "strict", "fp16"]
        // A sum beyond the largest half is infinite there, and places are refused.
        where kind != "fp16" || (row.Last < 65_504 && !row.Name.StartsWith("place", StringComparison.Ordinal))
        select (object[])[row.Name, kind];

    [TestMethod]
    [DynamicData(nameof(Rows))]
    public void Long_reductions_are_right(string name, string kind)
    {
        (_, Model model, float[] input, double last) = Cases().Single(row => row.Name == name);
        GpuDevice device = kind == "fp16" ? TestDevices.SoftwareWithFp16 : TestDevices.Software;
        var options = new SessionOptions
        {
            Fp16 = kind == "fp16",
            Numerics = kind == "strict" ? Numerics.Strict : Numerics.Fast,
        };
        using InferenceSession session = device.CreateSession(model, options);
        var output = new float[model.Graph.OutputShape.ElementCount];
        session.Run(input, output);
        double tolerance = kind == "fp16" ? 2e-3 : 5e-5;
        Assert.IsTrue(Math.Abs(output[^1] - last) <= tolerance * last, $"{name}: {output[^1]} instead of {last}");
        if (kind == "strict")
            CollectionAssert.AreEqual(ReferenceNetwork.RunStrict(model, input)[^1], output);
    }

    [TestMethod]
    [DataRow(false, DisplayName = "fast")]
    [DataRow(true, DisplayName = "strict")]
    public void Max_pooling_by_axes_has_the_bits_of_the_reference(bool strict)
    {
        var options = new SessionOptions { Batch = 2, Numerics = strict ? Numerics.Strict : Numerics.Fast };
        foreach ((TensorShape shape, Operator op) in new (TensorShape, Operator)[]
        {
            (new(2, 200, 190), new MaxPool2d(new(190, 181), new(3, 2), new(90, 7), CeilMode: true)),
            (new(1, 40, 41, 43), new MaxPool3d(new(34, 33, 32), new(2, 3, 4), new(1, 2, 3), CeilMode: false)),
            (new(2, 2, 260, 140), new MaxPool3d(new(1, 258, 130), new(1, 2, 1), new(0, 1, 2), CeilMode: true)),
        })
        {
            Model model = TestModels.WithWeights(TestModels.Sequential(shape, op));
            Assert.IsTrue(
                ExecutionPlan.Create(model, PlanOptions.Of(options, DeviceTraits.Unknown, long.MaxValue)).Launches
                    .All(dispatch => dispatch.Iterations <= 5000));
            float[] input = RandomNumbers.Uniform(new Random(1), 2 * shape.ElementCount);
            input[shape.ElementCount / 2] = strict ? 0 : float.NaN;
            using InferenceSession session = TestDevices.Software.CreateSession(model, options);
            var output = new float[2 * model.Graph.OutputShape.ElementCount];
            session.Run(input, output);
            CollectionAssert.AreEqual(
                input.Chunk(shape.ElementCount).SelectMany(item => strict
                    ? ReferenceNetwork.RunStrict(model, item)[^1]
                    : ReferenceNetwork.Run(model, item)[^1]).ToArray(),
                output);
        }
    }

    [TestMethod]
    [DataRow(false, DisplayName = "fast")]
    [DataRow(true, DisplayName = "strict")]
    public void Slices_of_infinities_and_of_the_largest_numbers_do_not_spoil_the_others(bool strict)
    {
        foreach (Operator op in (Operator[])
            [
                new Softmax(), new GlobalSoftPool(SoftPoolWeighting.PerChannel),
                new GlobalSoftPool(SoftPoolWeighting.SharedAcrossChannels),
            ])
            foreach ((float many, float few, float last) in ((float, float, float)[])
                [
                    (float.NegativeInfinity, 1, 2), (-3e38f, 3e38f, 3e38f), (-3e38f, -3e38f, 0), (3e38f, 3e38f, -3e38f),
                    (-1e-20f, 0, 1e-20f), (0, 0, float.NaN), (float.NaN, 0, 0),
                ])
            {
                // Whole slices are of the first kind, and the ends are not. Weights of 0 times infinity would be NaN.
                if (op is GlobalSoftPool { Weights: SoftPoolWeighting.SharedAcrossChannels } && float.IsInfinity(many))
                    continue;
                const int Count = 5000;
                TensorShape shape = op is Softmax ? new(Count, 1) : new(1, Count);
                Model model = TestModels.WithWeights(TestModels.Sequential(shape, op));
                float[] input =
                [
                    .. Enumerable.Range(0, Count).Select(i => i < 10 ? few : i >= Count - 10 ? last : many),
                ];
                using InferenceSession session = TestDevices.Software.CreateSession(
                    model, new SessionOptions { Numerics = strict ? Numerics.Strict : Numerics.Fast });
                var output = new float[model.Graph.OutputShape.ElementCount];
                session.Run(input, output);
                float[] expected = strict
                    ? ReferenceNetwork.RunStrict(model, input)[^1]
                    : ReferenceNetwork.Run(model, input)[^1];
                Assert.AreEqual(float.IsNaN(many + last), float.IsNaN(output[0]), $"{op} of {many}, {few}, {last}");
                for (int i = 0; i < output.Length; i++)
                    Assert.IsTrue(
                        strict || float.IsNaN(expected[i])
                            ? output[i].Equals(expected[i])
                            : Math.Abs(output[i] - expected[i]) <= 2e-6 * Math.Abs(expected[i]) + 1e-37,
                        $"{op} of {many}, {few}, {last}: {output[i]} instead of {expected[i]}");
            }
    }

    [TestMethod]
    public void A_huge_picture_is_right()
    {
        (_, Model model, _, _) = Case("picture", new(3, 32, 32), _ => 0, 0, new GlobalAvgPool());
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        var white = new byte[6000 * 4000 * 3];
        Array.Fill(white, byte.MaxValue);
        var output = new float[3];
        session.Run([new Image(white, 6000, 4000, PixelFormat.Rgb8)], output);
        foreach (float mean in output)
            Assert.IsTrue(Math.Abs(mean - 1) <= 1e-5, $"{mean}");
    }

    [TestMethod]
    public void Split_sums_have_the_strict_bits_of_the_reference()
    {
        foreach (int features in (int[])[65_599, 65_600, 131_200, 200_001])
        {
            Model model = TestModels.WithWeights(TestModels.Sequential(new(features), new Linear(features, 3)));
            float[] input = RandomNumbers.Uniform(new Random(1), features);
            using InferenceSession session = TestDevices.Software.CreateSession(
                model, new SessionOptions { Numerics = Numerics.Strict });
            var output = new float[3];
            session.Run(input, output);
            CollectionAssert.AreEqual(ReferenceNetwork.RunStrict(model, input)[^1], output, $"{features}");
        }
    }

    private static (string, Model, float[], double) Case(
        string name, TensorShape shape, Func<int, float> input, double last, Operator op)
    {
        var graph = new ModelGraph("long", shape, [new Layer("long", op)]);
        var weights = graph.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new Tensor(parameter.Shape, Enumerable.Repeat(1f, parameter.Shape.ElementCount).ToArray()));
        int channels = shape.Rank == 3 ? shape[0] : 0;
        var model = new Model(
            graph, weights, [], new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
        return (name, model, [.. Enumerable.Range(0, shape.ElementCount).Select(input)], last);
    }
}
