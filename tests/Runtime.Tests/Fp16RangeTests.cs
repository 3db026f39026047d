using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests;

/// <summary>Weights at the edge of what is stored: right or refused, never infinite without a word.</summary>
[TestClass]
public sealed class Fp16RangeTests
{
    /// <summary>A convolution of one weight with a batch norm behind it: at a variance of 1e-12 the norm's scale is
    /// 316.</summary>
    private static Model Norm(float weight, float variance, double eps = 1e-5)
    {
        ModelGraph graph = TestModels.Sequential(
            new TensorShape(1, 2, 2), new Conv2d(1, 1, 1, 1, 0) { Bias = false }, new BatchNorm2d(1, eps));
        return new Model(
            graph,
            new Dictionary<string, Tensor>
            {
                ["0.weight"] = new(new TensorShape(1, 1, 1, 1), new[] { weight }),
                ["1.weight"] = new(new TensorShape(1), new[] { 1f }),
                ["1.bias"] = new(new TensorShape(1), new[] { 0.5f }),
                ["1.running_mean"] = new(new TensorShape(1), new float[1]),
                ["1.running_var"] = new(new TensorShape(1), new[] { variance }),
            },
            [], TestModels.PreprocessingOf(graph));
    }

    private static Model Weighing(Operator op, TensorShape input, float weight)
    {
        ModelGraph graph = TestModels.Sequential(input, op);
        return new Model(
            graph,
            graph.Parameters.ToDictionary(
                parameter => parameter.Name,
                parameter => new Tensor(
                    parameter.Shape, Enumerable.Repeat(parameter.Name == "0.weight" ? weight : 1, parameter.Shape.ElementCount).ToArray())),
            [], TestModels.PreprocessingOf(graph));
    }

    [TestMethod]
    [DataRow(300f, 1e-12f, 1e-5, 0.01f, true)]
    [DataRow(-300f, 1e-12f, 1e-5, 0.01f, true)]
    [DataRow(300f, 1e-12f, 1e-5, 0.01f, false)]
    [DataRow(1e37f, 1e-12f, 1e-5, 1e-30f, false)]
    public void A_batch_norm_behind_a_convolution_is_right_where_its_weights_would_not_fit(
        float weight, float variance, double eps, float input, bool fp16)
    {
        Model model = Norm(weight, variance, eps);
        float[] inputs = [input, -input, 2 * input, 0], output = new float[4];
        double[] expected = [.. inputs.Select(x => x * (double)weight / Math.Sqrt(variance + eps) + 0.5)];
        using InferenceSession session = Create(model, fp16);
        session.Run(inputs, output);
        TestModels.AssertClose(expected, output, fp16 ? 2e-3 : 1e-5);
    }

    [TestMethod]
    [DataRow(true, 300f, false)]
    [DataRow(true, 1f, true)]
    [DataRow(false, 300f, true)]
    [DataRow(false, 3e38f, false)]
    [DataRow(true, float.NaN, true)]
    public void A_batch_norm_is_folded_where_its_weights_fit(bool fp16, float weight, bool folded)
    {
        ExecutionPlan plan = ExecutionPlan.Create(Norm(weight, 1e-12f), new PlanOptions(Fp16: fp16));
        Assert.AreEqual(folded, plan.Launches.All(dispatch => !dispatch.Kernel.StartsWith("batchnorm2d", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow(70000f)]
    [DataRow(-70000f)]
    [DataRow(65520f)]
    public void A_weight_that_16_bits_do_not_hold_is_refused_by_its_name_and_value(float weight)
    {
        GpuDevice device = TestDevices.SoftwareWithFp16;
        foreach (Model model in (Model[])[
            Weighing(new Linear(4, 2), new TensorShape(4), weight),
            Weighing(new Conv2d(2, 4, 3, 1, 1), new TensorShape(2, 8, 8), weight)])
        {
            var e = Assert.ThrowsExactly<Fp16RangeException>(
                () => device.CreateSession(model, new SessionOptions { Fp16 = true }).Dispose());
            StringAssert.StartsWith(e.Message, $"0.weight has the value {weight} at index 0, and 16 bits hold at most 65504");
        }
    }

    [TestMethod]
    [DataRow(65504f)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NaN)]
    public void A_weight_that_16_bits_hold_is_taken(float weight)
    {
        var output = new float[2];
        using InferenceSession session = Create(Weighing(new Linear(4, 2), new TensorShape(4), weight), fp16: true);
        session.Run([0.25f, 0, 0, 0], output);
        Assert.AreEqual(float.IsFinite(weight) ? 16376 : float.NaN, output[0], 8.1f);
    }

    private static InferenceSession Create(Model model, bool fp16) =>
        (fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software).CreateSession(model, new SessionOptions { Fp16 = fp16 });
}
