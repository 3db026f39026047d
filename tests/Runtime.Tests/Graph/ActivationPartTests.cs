using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Graph;

/// <summary>Slices and concatenations that take no launch, because they are parts of memory that is there.</summary>
[TestClass]
public sealed class ActivationPartTests
{
    /// <summary>Maps of 8x8: a channel has 256 bytes in 32 bits, two channels in 16 bits.</summary>
    private static readonly ModelGraph Split = new("split", [new NetworkInput("input", new TensorShape(4, 8, 8))],
    [
        new("stem", new Conv2d(4, 8, 1, 1, 0), ["input"]),
        new("left", new Slice(1, 0, 4, 1)),
        new("right", new Slice(1, 4, 4, 1), ["stem"]),
        new("deep", new Conv2d(4, 4, 3, 1, 1)),
        new("sum", new Add(), ["deep", "right"]),
        new("cat", new Concat(), ["left", "right", "sum"]),
        new("twice", new Concat(), ["deep", "deep"]),
        new("odd", new Slice(1, 2, 7, 1), ["cat"]),
        new("back", new Slice(1, 6, 3, -2), ["cat"]),
        new("all", new Concat(), ["cat", "input", "odd", "twice", "back"]),
        new("last", new Conv2d(34, 3, 3, 1, 1)),
    ],
    [("left", "left"), ("all", "all"), ("last", "last")]);

    [TestMethod]
    [DataRow(1, "twice back all all")]
    [DataRow(2, "left right cat cat cat twice twice odd back all all all all all")]
    public void Only_what_is_elsewhere_is_copied(int batch, string copies)
    {
        ExecutionPlan plan = ExecutionPlan.Create(TestModels.WithZeros(Split), new PlanOptions(batch));
        Assert.AreEqual(
            copies,
            string.Join(
                ' ',
                plan.Launches.Where(launch => launch.Kernel.Contains("slice", StringComparison.Ordinal)
                        || launch.Kernel.Contains("concat", StringComparison.Ordinal))
                    .Select(launch => launch.Layer).OrderBy(layer => Split.Layers.ToList().FindIndex(
                        other => other.Name == layer))));
    }

    /// <summary>Maps of 7x9 begin at multiples of 252 bytes, where devices may not bind a buffer.</summary>
    [TestMethod]
    public void Parts_that_no_device_could_bind_are_copied()
    {
        var graph = new ModelGraph("odd", new TensorShape(4, 7, 9),
        [
            new("stem", new Conv2d(4, 4, 1, 1, 0)), new("right", new Slice(1, 1, 3, 1)),
            new("deep", new Conv2d(4, 4, 3, 1, 1), ["stem"]), new("cat", new Concat(), ["deep", "right"]),
        ]);
        ExecutionPlan plan = ExecutionPlan.Create(TestModels.WithZeros(graph), new PlanOptions());
        Assert.AreEqual(
            "stem right deep cat", string.Join(' ', plan.Launches.Select(launch => launch.Layer).Distinct()));
    }

    [TestMethod]
    [DataRow(1, Numerics.Fast, false)]
    [DataRow(1, Numerics.Fast, true)]
    [DataRow(1, Numerics.Strict, false)]
    [DataRow(2, Numerics.Fast, false)]
    public void Every_layer_has_the_reference_s_values(int batch, Numerics numerics, bool fp16)
    {
        Model model = TestModels.WithWeights(Split);
        var random = new Random(3);
        float[][] items =
        [
            .. Enumerable.Range(0, batch).Select(_ => Enumerable.Range(0, Split.InputShape.ElementCount)
                .Select(_ => random.NextSingle() - 0.5f).ToArray()),
        ];
        IReadOnlyList<float[]>[] expected = [.. items.Select(item => ReferenceNetwork.Run(model, item))];
        double tolerance = fp16 ? 1e-2 : OperatorCheck.Tolerance;
        foreach (bool keeps in (bool[])[true, false])
        {
            using InferenceSession session = (fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software).CreateSession(
                model,
                new SessionOptions { Batch = batch, KeepLayerOutputs = keeps, Numerics = numerics, Fp16 = fp16 });
            float[][] outputs = [.. Split.Outputs.Select(output => new float[batch * output.Shape.ElementCount])];
            session.Run(
                [items.SelectMany(item => item).ToArray().AsMemory()],
                [.. outputs.Select(output => output.AsMemory())]);
            for (int i = 0; i < outputs.Length; i++)
                AssertClose(Split.OutputLayers[i], outputs[i]);
            foreach (string name in session.KeptLayers)
            {
                int layer = Split.Layers.ToList().FindIndex(other => other.Name == name);
                var actual = new float[batch * Split.OutputShapeOf(layer).ElementCount];
                session.ReadLayer(name, actual);
                AssertClose(layer, actual);
            }
        }

        void AssertClose(int layer, float[] actual) => OperatorCheck.AssertClose(
            [.. expected.SelectMany(layers => layers[layer])], actual, Split.Layers[layer].Name, tolerance);
    }
}
