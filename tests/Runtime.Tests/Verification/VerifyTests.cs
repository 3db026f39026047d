using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>A session against its model's certificate: it holds where all is right, and whatever is wrong is
/// named.</summary>
[TestClass]
public sealed class VerifyTests
{
    private static readonly Model Maps = Certified.Of(TestModels.EveryOperator());
    private static readonly Model Pictures = Certified.Of(Certified.OfPictures);

    private static IEnumerable<object[]> AllOptions =>
    [
        [new SessionOptions()], [new SessionOptions { Batch = 2 }],
        [new SessionOptions { Batch = 7, MaxConcurrentRuns = 2 }],
        [new SessionOptions { Fuse = false }], [new SessionOptions { Batch = 3, KeepLayerOutputs = true }],
        [new SessionOptions { Batch = 2, Numerics = Numerics.Strict }],
    ];

    [TestMethod]
    [DynamicData(nameof(AllOptions))]
    public void Holds_however_the_session_runs(SessionOptions options)
    {
        foreach (Model model in (Model[])[Maps, Pictures])
        {
            using InferenceSession session = TestDevices.Software.CreateSession(model, options);
            ParityReport report = session.Verify();
            Assert.IsNull(report.Failure);
            Assert.IsTrue(report.Passed);
            Assert.AreEqual(Tolerances.Fp32, report.Tolerances);
            Assert.AreEqual(session.Device, report.Device);
            Assert.AreEqual(options, report.Options);
            Assert.AreEqual(model.Certificate!.Inputs, report.Items);
            Assert.AreEqual(report.Items, report.Top1Agreements);
            TestModels.AssertSequence<string>(
                [.. model.Graph.Layers.Select(layer => layer.Name)], report.Layers.Select(layer => layer.Layer));
            Assert.IsTrue(report.Layers.All(layer => layer is { Statistics: not null, Comparison.Count: > 0 }));
        }
    }

    /// <summary>Weight decay leaves such weights in networks that people use, and many GPUs flush what comes of them to
    /// zero.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Layers_of_weights_that_have_decayed_to_nothing_hold_flushed_or_not(bool fp16)
    {
        Model alive = TestModels.WithWeights(TestModels.Sequential(
            new TensorShape(160), new Linear(160, 12), new ReLU(), new Linear(12, 5)));
        string dead = alive.Graph.Layers[0].Name;
        var weights = alive.Weights.ToDictionary(
            weight => weight.Key,
            weight => weight.Key.StartsWith(dead, StringComparison.Ordinal)
                ? new Tensor(weight.Value.Shape, Array.ConvertAll(weight.Value.Data.ToArray(), value => value * 1e-41f))
                : weight.Value);
        var model = new Model(alive.Graph, weights, alive.ClassNames, alive.Preprocessing);
        CertificateInput[] inputs = [new(Seed: 1), new(Seed: 2)];
        foreach (bool flushed in (bool[])[false, true])
        {
            Model certified = Certified.Add(model, inputs, (_, output) =>
            {
                for (int i = 0; flushed && i < output.Length; i++)
                    output[i] = float.IsSubnormal(output[i]) ? 0 : output[i];
            });
            using InferenceSession session = TestDevices.SoftwareWithFp16.CreateSession(
                certified, new SessionOptions { Fp16 = fp16 });
            Assert.IsNull(session.Verify().Failure);
        }
    }

    /// <summary>On Windows, or under Wine, whatever torch certified on another system: tools/wine.sh.</summary>
    [TestMethod]
    public void What_torch_certified_on_another_system_holds()
    {
        string path = Environment.GetEnvironmentVariable("SOFTPOOL_CERTIFIED")
            ?? throw new AssertInconclusiveException("SOFTPOOL_CERTIFIED names no model that softpool exported.");
        using InferenceSession session = TestDevices.Software.CreateSession(Model.Load(path));
        ParityReport report = session.Verify();
        Assert.IsNull(report.Failure);
        Assert.IsGreaterThan(0, report.Items);
    }

    [TestMethod]
    public void What_a_session_tunes_it_has_tuned_before_it_is_verified()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        using InferenceSession session = device.CreateSession(Maps, new SessionOptions { Batch = 7, Tune = true });
        string[] tuned = [.. device.Vulkan.Variants.Choice.Best!.Keys];
        Assert.IsTrue(session.Verify().Passed);
        CollectionAssert.AreEquivalent(tuned, device.Vulkan.Variants.Choice.Best!.Keys.ToArray());
    }

    [TestMethod]
    public void In_16_bits_the_gates_are_those_of_16_bits()
    {
        using InferenceSession session = TestDevices.SoftwareWithFp16.CreateSession(
            Pictures, new SessionOptions { Fp16 = true });
        ParityReport report = session.Verify();
        Assert.IsNull(report.Failure);
        Assert.AreEqual(Tolerances.Fp16, report.Tolerances);
        Assert.IsGreaterThan(Tolerances.Fp32.LayerNmse, report.Layers[0].Comparison.Nmse);
    }

    [TestMethod]
    public void All_outputs_of_a_network_with_several_inputs_are_held_to_the_certificate()
    {
        ModelGraph graph = InputsAndOutputsTests.Model.Graph;
        Model model = Certified.Of(graph);
        ParityReport report = Verify(model);
        Assert.IsTrue(report.Passed, report.Failure);
        foreach ((string _, string layer, TensorShape shape) in graph.Outputs)
            Assert.IsGreaterThanOrEqualTo(
                2L * shape.ElementCount, report.Layers.Single(each => each.Layer == layer).Comparison.Count);

        // A value that is no sample, of an output that is not the first.
        foreach (NetworkOutput output in graph.Outputs)
        {
            Model changed = WithLogit(model, graph.OutputIndex(output.Name), item: 1, place: 3);
            ParityReport failed = Verify(changed);
            Assert.IsFalse(failed.Passed);
            Assert.AreEqual(output.Layer, failed.FirstFailure?.Layer);
        }
    }

    private static Model WithLogit(Model model, int output, int item, int place)
    {
        CertificateDocument document = model.Certificate!.Document;
        byte[] logits = [.. document.Logits];
        Span<float> floats = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(logits.AsSpan());
        int before = model.Graph.Outputs.Take(output).Sum(each => each.Shape.ElementCount) * document.Inputs.Count;
        floats[before + item * model.Graph.Outputs[output].Shape.ElementCount + place] += 1;
        return model.With(Certificate.Of(document with { Logits = logits }, model));
    }

    [TestMethod]
    public void Pictures_go_the_device_s_own_way_too()
    {
        Assert.AreEqual(1, Pictures.Certificate!.Pictures);
        ParityReport report = Verify(Pictures);
        Assert.AreEqual(5, report.Pictures!.Count);
        Assert.IsTrue(report.Pictures.RelativeError < 1e-5, $"{report.Pictures.RelativeError}");
        Assert.IsNull(Verify(Maps).Pictures);

        // Another preprocessing makes other inputs of the same picture.
        var other = new Model(
            Pictures.Graph, Pictures.Weights, Pictures.ClassNames, new Preprocessing([0, 0, 0], [1, 1, 2]));
        report = Verify(other.With(Pictures.Certificate, Pictures.Texts));
        Assert.IsFalse(report.Passed);
        Assert.IsGreaterThan(1e-5, report.Pictures!.RelativeError);
    }

    [TestMethod]
    public void Without_a_certificate_there_is_nothing_to_hold_it_to()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            TestModels.WithWeights(TestModels.EveryOperator()));
        StringAssert.Contains(
            Assert.ThrowsExactly<CertificateNotFoundException>(() => session.Verify()).Message,
            "'test' has no certificate");
    }

    [TestMethod]
    [DataRow("conv")]
    [DataRow("group")]
    [DataRow("soft")]
    [DataRow("linear")]
    public void The_first_layer_that_computes_something_else_is_named(string layer)
    {
        // In the certificate one layer and all behind it are of another network, as if the device's kernel were wrong.
        bool begun = false;
        Model model = Certified.Add(Maps, Certified.InputsFor(Maps.Graph), (name, output) =>
        {
            begun |= name == layer;
            if (begun)
                for (int i = 0; i < output.Length; i++)
                    output[i] *= 1.0001f;
            begun &= name != "softmax";
        });
        ParityReport report = Verify(model);
        Assert.IsEmpty(report.Changes);
        Assert.AreEqual(layer, report.FirstFailure?.Layer);
        Assert.AreEqual($"layer {layer} is the first beyond its gate", report.Failure);
    }

    [TestMethod]
    public void One_wrong_value_where_no_sample_lies_shows_in_the_statistics()
    {
        var relu = new ModelGraph("wide", new TensorShape(10_000), [new("relu", new ReLU()), new("again", new ReLU())]);
        Model model = Certified.Add(
            TestModels.WithWeights(relu), [new CertificateInput(Seed: 1)],
            (name, output) => output[0] = name == "relu" ? 3 : output[0]);
        ParityReport report = Verify(model);
        LayerParity layer = report.FirstFailure!;
        Assert.AreEqual("relu", layer.Layer);
        Assert.AreEqual(0, layer.Comparison.MaxError, "No sample is at place 0 for this test to be about statistics.");
        Assert.AreEqual(3, layer.Statistics!.Expected.Max);
        Assert.IsGreaterThan(0.9, layer.Statistics.MaxError);
    }

    /// <summary>An output of which the certificate has samples alone: a wrong sample fails, and so does a wrong value
    /// where none lies, and another place of the largest.</summary>
    [TestMethod]
    [DataRow(-1, null)]
    [DataRow(0, "layer relu is the first beyond its gate")]
    [DataRow(1, "layer relu is the first beyond its gate")]
    [DataRow(2, "the largest output is the expected one for 0 of 1 items only")]
    public void A_large_output_is_held_to_samples_statistics_and_its_largest(int wrong, string? failure)
    {
        var relu = new ModelGraph("wide", new TensorShape(300_000), [new("relu", new ReLU())]);
        Model model = Certified.Add(TestModels.WithWeights(relu), [new CertificateInput(Seed: 1)], (_, output) =>
        {
            int sample = (int)LayerDigest.PlaceOf(7, 65_536, output.Length);
            if (wrong == 0)
                output[sample] += 1e-3f;
            if (wrong == 1)
                output[sample + 1] = 3;
            if (wrong == 2)
                output[sample] = MathF.BitIncrement(output.Max());
        });
        if (wrong == 2)
        {
            // The sample itself is as it was, so that the place alone is wrong.
            CertificateDocument document = model.Certificate!.Document;
            Model right = Certified.Add(model, [new CertificateInput(Seed: 1)]);
            model = model.With(Certificate.Of(right.Certificate!.Document with { Top1 = document.Top1 }, model));
        }
        Assert.AreEqual(failure, Verify(model).Failure);
    }

    [TestMethod]
    public void A_changed_weight_is_named_and_so_is_the_layer_where_it_shows()
    {
        ParityReport report = Verify(Certified.WithWeight(Maps, "group.weight", weights => weights[3] += 0.5f));
        TestModels.AssertSequence<string>(["weight group.weight"], report.Changes);
        Assert.AreEqual("group", report.FirstFailure?.Layer);
        Assert.AreEqual(
            "the weight group.weight has changed since the certificate was made; "
            + "layer group is the first beyond its gate",
            report.Failure);
    }

    [TestMethod]
    public void A_change_too_small_to_show_in_any_layer_fails_all_the_same()
    {
        ParityReport report = Verify(Certified.WithWeight(
            Maps, "conv.weight", weights => weights[0] = MathF.BitIncrement(weights[0])));
        Assert.IsNull(report.FirstFailure);
        Assert.IsFalse(report.Passed);
        Assert.AreEqual("the weight conv.weight has changed since the certificate was made", report.Failure);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void What_is_not_finite_fails(float value)
    {
        ParityReport report = Verify(Certified.WithWeight(Maps, "group.bias", biases => biases[0] = value));
        Assert.AreEqual("group", report.FirstFailure?.Layer);
        Assert.IsTrue(double.IsNaN(report.FirstFailure!.Comparison.Nmse));
        Assert.IsGreaterThan(0, report.FirstFailure.Statistics!.Actual.NonFinite);
        Assert.AreEqual(0, report.FirstFailure.Statistics.Expected.NonFinite);
    }

    [TestMethod]
    public void What_torch_itself_could_not_compute_passes_nowhere_and_says_so()
    {
        Model model = TestModels.WithWeights(TestModels.EveryOperator());
        float[] bias = model.Weights["group.bias"].Data.ToArray();
        bias[0] = float.NaN;
        model = new Model(
            model.Graph,
            new Dictionary<string, Tensor>(model.Weights)
            {
                ["group.bias"] = new(model.Weights["group.bias"].Shape, bias),
            },
            model.ClassNames, model.Preprocessing);
        ParityReport report = Verify(Certified.Add(model, Certified.InputsFor(model.Graph)));
        Assert.IsEmpty(report.Changes);
        StringAssert.StartsWith(report.Failure, "the reference itself gave ");
        StringAssert.EndsWith(report.Failure, " values that are not finite in layer group");
    }

    [TestMethod]
    public void A_file_may_ask_for_tighter_gates_and_not_for_wider_ones()
    {
        CertificateDocument document = Maps.Certificate!.Document;
        Model tight = Maps.With(Certificate.Of(document with { Fp32 = new Tolerances(0, 0, 1) }, Maps));
        Assert.AreEqual("conv", Verify(tight).FirstFailure?.Layer);
        Model wide = Maps.With(Certificate.Of(document with { Fp32 = new Tolerances(1, 1, 0) }, Maps));
        Assert.AreEqual(Tolerances.Fp32, Verify(wide).Tolerances);
    }

    /// <summary>A layer that is off by 3e-5 in each value: an NMSE of 9e-10.</summary>
    [TestMethod]
    [DataRow(null, 1e-10, false)]
    [DataRow(8e-12, 8e-10, false)]
    [DataRow(1e-11, 1e-9, true)]
    public void A_layer_may_be_off_by_a_hundred_times_what_rounding_does_to_it(
        double? rounding, double gate, bool passes)
    {
        ParityReport report = Verify(WithRounding(3e-5, rounding));
        Assert.AreEqual(gate, report.Layers.Single(layer => layer.Layer == "conv").LargestNmse, gate * 1e-9);
        // A layer behind it reads its errors.
        Assert.AreEqual(gate, report.Layers.Single(layer => layer.Layer == "group").LargestNmse, gate * 1e-9);
        Assert.AreEqual(passes ? null : "layer conv is the first beyond its gate", report.Failure);
    }

    [TestMethod]
    public void No_rounding_in_a_file_widens_a_gate_beyond_its_limit()
    {
        Assert.IsNull(Verify(WithRounding(0.9e-4, 1e300)).Failure);
        ParityReport report = Verify(WithRounding(1.1e-4, 1e300));
        Assert.AreEqual("conv", report.FirstFailure?.Layer);
        Assert.AreEqual(1e-8, report.FirstFailure!.LargestNmse);
    }

    [TestMethod]
    [DataRow(1e-10, 1e-5)]
    [DataRow(4e-10, 2e-5)]
    [DataRow(1e-8, 1e-4)]
    public void Where_the_last_layer_s_gate_is_wider_so_is_the_output_s(double layer, double output)
    {
        Assert.AreEqual(output, Tolerances.Fp32.OutputErrorWith(layer, 0), output * 1e-9);
        Assert.AreEqual(1e-2, Tolerances.Fp16.OutputErrorWith(layer, 1));
        Assert.AreEqual(0, new Tolerances(1e-8, 0, 1).OutputErrorWith(layer, 0), "What a file asks for is kept.");
    }

    [TestMethod]
    [DataRow(0.9e-6, 1e-5)]
    [DataRow(2e-5, 2e-4)]
    [DataRow(1e300, 1e-3)]
    public void The_output_s_gate_is_ten_times_its_largest_rounding_within_a_limit(double rounding, double allowed)
    {
        Assert.AreEqual(allowed, Tolerances.Fp32.OutputErrorWith(1e-10, rounding), allowed * 1e-9);
        // Where the layer's gate is wider, the wider of the two.
        Assert.AreEqual(Math.Max(allowed, 1e-4), Tolerances.Fp32.OutputErrorWith(1e-8, rounding), allowed * 1e-9);
    }

    [TestMethod]
    [DataRow(null, false)]
    [DataRow(1e-5, false)]
    [DataRow(2e-5, true)]
    public void One_value_of_an_output_may_be_off_by_ten_times_its_largest_rounding(double? rounding, bool passes)
    {
        // By 1.3e-4 of the largest: beyond the root of the layer's gate, while the layer's error is within it.
        string output = Maps.Graph.Outputs[0].Layer;
        float largest = 0;
        _ = Certified.Add(Maps, Certified.InputsFor(Maps.Graph), (name, values) =>
            largest = name == output ? Math.Max(largest, values.Max(Math.Abs)) : largest);
        bool isDone = false;
        Model model = With(
            output,
            values =>
            {
                if (!isDone)
                    values[values.IndexOf(values.OrderBy(Math.Abs).First())] += 1.3e-4f * largest;
                isDone = true;
            },
            layer => layer with { RoundingNmse = 1, RoundingError = rounding });
        ParityReport report = Verify(model);
        LayerParity layer = report.Layers.Single(layer => layer.Layer == output);
        Assert.IsLessThan(1e-8, layer.Comparison.Nmse);
        Assert.AreEqual(1.3e-4, layer.Comparison.RelativeError, 1e-5);
        Assert.AreEqual(passes ? null : output, report.FirstFailure?.Layer);
    }

    /// <summary>Under a certificate in which the values of layer conv are larger by a share, and in which rounding is
    /// said to do this to them.</summary>
    private static Model WithRounding(double share, double? rounding) => With(
        "conv",
        output =>
        {
            for (int i = 0; i < output.Length; i++)
                output[i] = (float)(output[i] * (1 + share));
        },
        layer => layer with { RoundingNmse = rounding });

    /// <summary>Under a certificate in which the values of one layer, and what is said of it, are others.</summary>
    private static Model With(
        string layerName, Action<float[]> values, Func<CertificateLayer, CertificateLayer> change)
    {
        Model model = Certified.Add(Maps, Certified.InputsFor(Maps.Graph), (name, output) =>
        {
            if (name == layerName)
                values(output);
        });
        CertificateDocument document = model.Certificate!.Document;
        return model.With(Certificate.Of(
            document with
            {
                Layers = [.. document.Layers.Zip(model.Graph.Layers, (layer, of) =>
                    of.Name == layerName ? change(layer) : layer)],
            },
            model));
    }

    [TestMethod]
    public void Two_hundred_runs_are_equal_to_the_bit()
    {
        foreach (SessionOptions options in (SessionOptions[])[new(), new() { Batch = 3, Fuse = false }])
        {
            using InferenceSession session = TestDevices.Software.CreateSession(Maps, options);
            Assert.AreEqual(0, Repeatability.Differing(session, 200), $"{options}");
        }
    }

    [TestMethod]
    public async Task Disposing_waits_for_a_verification_which_then_says_so()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        InferenceSession session = device.CreateSession(Maps);
        using ManualResetEventSlim begun = new(), released = new();
        Task<ParityReport> verification = Task.Run(() =>
        {
            VulkanResult.Injected = (_, result) =>
            {
                begun.Set();
                released.Wait(TimeSpan.FromSeconds(30));
                return result;
            };
            try
            {
                return session.Verify();
            }
            finally
            {
                VulkanResult.Injected = null;
            }
        });
        Assert.IsTrue(begun.Wait(TimeSpan.FromSeconds(30)));
        Task disposal = Task.Run(session.Dispose);
        Assert.IsFalse(disposal.Wait(TimeSpan.FromMilliseconds(300)));
        released.Set();
        await disposal.WaitAsync(TimeSpan.FromSeconds(30));
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(
            () => verification.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [TestMethod]
    public void Two_hundred_runs_in_16_bits_are_equal_to_the_bit()
    {
        using InferenceSession session = TestDevices.SoftwareWithFp16.CreateSession(
            Maps, new SessionOptions { Fp16 = true });
        Assert.AreEqual(0, Repeatability.Differing(session, 200));
    }

    [TestMethod]
    public void Runs_that_give_other_bits_are_counted()
    {
        Model model = TestModels.WithWeights(TestModels.Sequential(new TensorShape(5), new Softmax()));
        using GpuDevice device = TestDevices.OpenSoftware(
            new GpuDeviceOptions
            {
                PipelineCacheFolder = "",
                SelfTest = false,
                KernelCode = launch => launch.Kernel == "softmax"
                    ? BrokenKernel.ReadingStaleMemory(launch.Kernel, binding: 1)
                    : EmbeddedShaders.Load(launch.Kernel),
            });
        using InferenceSession session = device.CreateSession(model);
        Assert.IsGreaterThan(0, Repeatability.Differing(session, 20));
    }

    private static ParityReport Verify(Model model)
    {
        using InferenceSession session = TestDevices.Software.CreateSession(model, new SessionOptions { Batch = 2 });
        return session.Verify();
    }
}
