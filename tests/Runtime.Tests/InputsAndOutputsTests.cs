using System.Runtime.CompilerServices;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests;

/// <summary>Networks with several inputs and outputs, in each mode, against the reference.</summary>
[TestClass]
public sealed class InputsAndOutputsTests
{
    private const int Batch = 3;

    /// <summary>Inputs of different ranks. Of the outputs "before" is what a ReLU reads, "difference" is read by a
    /// layer, "pooled" is another name for what a layer gives, and "again" is a second output of the same
    /// layer.</summary>
    internal static readonly Model Model = TestModels.WithWeights(new ModelGraph(
        "siamese",
        [
            new NetworkInput("left", new TensorShape(3, 8, 6)), new NetworkInput("right", new TensorShape(3, 8, 6)),
            new NetworkInput("vector", new TensorShape(5)),
        ],
        [
            new("a", new Conv2d(3, 4, 3, 1, 1), ["left"]), new("a.relu", new ReLU()),
            new("b", new Conv2d(3, 4, 3, 1, 1), ["right"]), new("b.norm", new BatchNorm2d(4)),
            new("b.relu", new ReLU()), new("subtract", new Subtract(), ["a.relu", "b.relu"]),
            new("pool", new GlobalAvgPool()), new("flat", new Flatten()),
            new("linear", new Linear(5, 4), ["vector"]), new("add", new Add(), ["flat", "linear"]),
            new("out", new Linear(4, 7)),
        ],
        [
            ("scores", "out"), ("difference", "subtract"), ("before", "a"), ("pooled", "flat"), ("again", "subtract"),
        ]));

    /// <summary>One image as input, two heads.</summary>
    private static readonly Model Detector = TestModels.WithWeights(new ModelGraph(
        "detector", [new NetworkInput("image", new TensorShape(3, 9, 7))],
        [
            new("conv", new Conv2d(3, 6, 3, 2, 1)), new("relu", new ReLU()),
            new("box", new Conv2d(6, 4, 1, 1, 0), ["relu"]), new("class", new Conv2d(6, 2, 3, 1, 1), ["relu"]),
            new("sigmoid", new Sigmoid()),
        ],
        [("boxes", "box"), ("scores", "sigmoid")]));

    private static readonly int[] InputLengths =
        [.. Model.Graph.Inputs.Select(input => Batch * input.Shape.ElementCount)];

    private static readonly int[] OutputLengths =
        [.. Model.Graph.Outputs.Select(output => Batch * output.Shape.ElementCount)];

    public static IEnumerable<object[]> Cells =>
        from input in (string[])["floats", "buffers"]
        from mode in (string[])["blocking", "asynchronous", "stepped", "recorded"]
        select new object[] { input, mode };

    public static IEnumerable<object[]> ImageCells =>
        from mode in (string[])["blocking", "asynchronous", "stepped", "recorded", "profiled"]
        select new object[] { mode };

    [TestMethod]
    [DataRow(Numerics.Fast, true, false)]
    [DataRow(Numerics.Fast, false, false)]
    [DataRow(Numerics.Strict, true, false)]
    [DataRow(Numerics.Strict, false, false)]
    [DataRow(Numerics.Fast, true, true)]
    public void Every_output_is_the_reference_s(Numerics numerics, bool fuse, bool fp16)
    {
        using InferenceSession session = (fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software).CreateSession(
            Model, new SessionOptions { Batch = Batch, Numerics = numerics, Fuse = fuse, Fp16 = fp16 });
        float[][] inputs = Inputs(1), outputs = Room(OutputLengths);
        session.Run(Read(inputs), Written(outputs));
        float[][] expected = Expected(inputs, numerics);
        for (int i = 0; i < outputs.Length; i++)
            AssertClose(
                expected[i], outputs[i], numerics == Numerics.Strict ? 0 : fp16 ? 4e-3f : 2e-6f,
                Model.Graph.Outputs[i].Name);
        CollectionAssert.AreEqual(outputs[1], outputs[4]);
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public async Task Every_input_in_every_mode_gives_the_same_bits(string input, string mode)
    {
        using var host = new TestHost(InputLengths.Sum() + OutputLengths.Sum());
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using Stepper stepper = session.CreateStepper();
        using Recorder recorder = session.CreateRecorder();
        BufferRegion[] from = Regions(0, InputLengths), to = Regions(InputLengths.Sum(), OutputLengths);
        foreach (int seed in (int[])[1, 2])
        {
            float[][] inputs = Inputs(seed), expected = Room(OutputLengths), outputs = Room(OutputLengths);
            session.Run(Read(inputs), Written(expected));
            host.Memory.Fill(float.NaN);
            inputs.SelectMany(values => values).ToArray().CopyTo(host.Memory);
            await Run(inputs, outputs);
            if (input == "buffers" || mode == "recorded")
            {
                int begin = InputLengths.Sum();
                for (int i = 0; i < outputs.Length; begin += OutputLengths[i++])
                    outputs[i] = host.Memory.Slice(begin, OutputLengths[i]).ToArray();
            }
            for (int i = 0; i < outputs.Length; i++)
                AssertClose(expected[i], outputs[i], 0, Model.Graph.Outputs[i].Name);
        }

        async Task Run(float[][] inputs, float[][] outputs)
        {
            switch (input, mode)
            {
                case ("floats", "blocking"): session.Run(Read(inputs), Written(outputs)); break;
                case ("buffers", "blocking"): session.Run(from, to); break;
                case ("floats", "asynchronous"): await session.RunAsync(Read(inputs), Written(outputs)); break;
                case ("buffers", "asynchronous"): await session.RunAsync(from, to); break;
                case (_, "stepped"):
                    if (input == "floats")
                        stepper.Start(Read(inputs));
                    else
                        stepper.Start(from, to);
                    while (!stepper.Step(TimeSpan.Zero))
                        Assert.IsFalse(stepper.IsDone);
                    if (input == "floats")
                        stepper.Finish(Written(outputs));
                    else
                        Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Finish(Written(outputs)));
                    break;
                default:
                    host.Record(commands =>
                    {
                        if (input == "floats")
                            recorder.Record(commands, Read(inputs), to);
                        else
                            recorder.Record(commands, from, to);
                    });
                    host.Submit();
                    break;
            }
        }

        BufferRegion[] Regions(int begin, int[] lengths) =>
            [.. lengths.Select((_, i) => host.BufferAt(begin + lengths.Take(i).Sum()))];
    }

    [TestMethod]
    [DynamicData(nameof(ImageCells))]
    public async Task Images_give_all_outputs_in_every_mode(string mode)
    {
        int[] lengths = [.. Detector.Graph.Outputs.Select(output => 2 * output.Shape.ElementCount)];
        Image[] images = [Image(20, 11, 1), Image(5, 30, 2)];
        float[] floats =
        [
            .. images
                .SelectMany(image => ImageReference.Compute(image, Detector.Graph.InputShape, Detector.Preprocessing))
                .Select(value => (float)value),
        ];
        using var host = new TestHost(lengths.Sum());
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Detector, new SessionOptions { Batch = 2 });
        float[][] expected = Room(lengths), outputs = Room(lengths);
        session.Run([floats], Written(expected));
        switch (mode)
        {
            case "blocking": session.Run(images, Written(outputs)); break;
            case "asynchronous": await session.RunAsync(images, Written(outputs)); break;
            case "stepped":
                using (Stepper stepper = session.CreateStepper())
                {
                    stepper.Start(images);
                    while (!stepper.Step(TimeSpan.Zero))
                        Assert.IsFalse(stepper.IsDone);
                    stepper.Finish(Written(outputs));
                }
                break;
            case "recorded":
                using (Recorder recorder = session.CreateRecorder())
                {
                    host.Record(commands => recorder.Record(
                        commands, images, [host.BufferAt(0), host.BufferAt(lengths[0])]));
                    host.Submit();
                    outputs = [host.Memory[..lengths[0]].ToArray(), host.Memory[lengths[0]..].ToArray()];
                }
                break;
            default:
                using (InferenceSession timed = TestDevices.Software.CreateSession(
                    Detector, new SessionOptions { Batch = 2 }))
                using (Profiler profiler = timed.CreateProfiler())
                    Assert.HasCount(2 + timed.Plan.Launches.Count, profiler.Run(images));
                return;
        }
        for (int i = 0; i < outputs.Length; i++)
            AssertClose(expected[i], outputs[i], 1e-4f, Detector.Graph.Outputs[i].Name);
    }

    [TestMethod]
    public void A_profile_has_all_launches()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        using Profiler profiler = session.CreateProfiler();
        Assert.HasCount(session.Plan.Launches.Count, profiler.Run(Read(Inputs(1))));
    }

    [TestMethod]
    public void Runs_allocate_nothing()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        float[] left = Inputs(1)[0], right = Inputs(1)[1], vector = Inputs(1)[2];
        float[][] outputs = Room(OutputLengths);
        float[] scores = outputs[0], difference = outputs[1], before = outputs[2],
            pooled = outputs[3], again = outputs[4];
        session.Run([left, right, vector], [scores, difference, before, pooled, again]);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            session.Run([left, right, vector], [scores, difference, before, pooled, again]);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [TestMethod]
    public void A_run_of_fewer_items_than_the_batch_gives_those()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        float[][] inputs = Inputs(1), whole = Room(OutputLengths);
        session.Run(Read(inputs), Written(whole));
        float[][] first = [.. inputs.Select(values => values[..(values.Length / Batch)])];
        float[][] outputs = Room([.. OutputLengths.Select(length => length / Batch)]);
        session.Run(Read(first), Written(outputs));
        for (int i = 0; i < outputs.Length; i++)
            AssertClose(whole[i][..outputs[i].Length], outputs[i], 0, Model.Graph.Outputs[i].Name);
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_one_sentence()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        float[][] inputs = Inputs(1), outputs = Room(OutputLengths);
        AssertRefused("'siamese' has 3 inputs; got 1", () => session.Run(inputs[0], outputs[0]));
        AssertRefused("'siamese' has 3 inputs; got 2", () => session.Run([inputs[0], inputs[1]], Written(outputs)));
        AssertRefused("'siamese' has 5 outputs; got 1", () => session.Run(Read(inputs), [outputs[0]]));
        AssertRefused("The input vector takes 1 to 3 items of 5, 5 elements each; got 14", () => session.Run(
            [inputs[0], inputs[1], inputs[2].AsMemory(0, 14)], Written(outputs)));
        AssertRefused("got 3 of left and 2 of vector", () => session.Run(
            [inputs[0], inputs[1], inputs[2].AsMemory(0, 10)], Written(outputs)));
        AssertRefused("The difference of 3 items has 576 elements; got room for 575", () => session.Run(
            Read(inputs), [outputs[0], outputs[1].AsMemory(1), outputs[2], outputs[3], outputs[4]]));
        AssertRefused(
            "Images are the input of a network with one input; 'siamese' has 3: left, right, vector",
            () => session.Run([Image(3, 3, 1)], Written(outputs)));
        using InferenceSession detector = TestDevices.Software.CreateSession(Detector);
        AssertRefused("'detector' has 2 outputs; got 1", () => detector.Run([Image(3, 3, 1)], outputs[0]));
        AssertRefused("'detector' has 2 outputs; got 1", () => detector.Run(new float[189], outputs[0]));

        static void AssertRefused(string start, Action run) =>
            StringAssert.Contains(Assert.ThrowsExactly<ShapeMismatchException>(run).Message, start);
    }

    [TestMethod]
    public void An_output_is_not_fused_away_and_shares_no_memory()
    {
        ExecutionPlan plan = ExecutionPlan.Create(Model, new PlanOptions(1));
        Assert.IsTrue(plan.LayerOutputs.ContainsKey("a"));
        Assert.IsFalse(plan.LayerOutputs.ContainsKey("b"), "The other convolution computes its ReLU on the way.");
        Assert.HasCount(3, plan.Inputs);
        Assert.AreSame(plan.LayerOutputs["pool"], plan.Outputs[3]);
        Assert.AreSame(plan.Outputs[1], plan.Outputs[4]);
        var arena = new ArenaPlan(plan, 16, keepLayerOutputs: false);
        (long Begin, long End)[] places =
        [
            .. plan.Outputs.Distinct()
                .Select(output => (arena.OffsetOf(output), arena.OffsetOf(output) + output.ByteCount)),
        ];
        for (int i = 0; i < places.Length; i++)
            for (int j = 0; j < i; j++)
                Assert.IsTrue(places[i].End <= places[j].Begin || places[j].End <= places[i].Begin);
    }

    [TestMethod]
    public void An_input_and_an_output_of_a_network_that_computes_nothing_are_the_same()
    {
        var graph = new ModelGraph(
            "nothing", [new NetworkInput("x", new TensorShape(2, 3)), new NetworkInput("y", new TensorShape(4))],
            [new("flat", new Flatten(), ["x"]), new("same", new Dropout(0.5), ["y"])], [("b", "same"), ("a", "flat")]);
        var model = new Model(graph, new Dictionary<string, Tensor>(), [], new Preprocessing([], []));
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        float[] a = new float[6], b = new float[4];
        session.Run([TestModels.Counting(6), (float[])[9, 8, 7, 6]], [b, a]);
        CollectionAssert.AreEqual(TestModels.Counting(6), a);
        TestModels.AssertSequence<float>([9, 8, 7, 6], b);
    }

    [TestMethod]
    public void The_example_runs_and_stands_in_the_document()
    {
        Model model = TestModels.WithWeights(new ModelGraph(
            "pair", [new NetworkInput("left", new TensorShape(2, 3)), new NetworkInput("right", new TensorShape(2, 3))],
            [new("difference", new Subtract(), ["left", "right"]), new("flat", new Flatten())],
            [("map", "difference"), ("vector", "flat")]));
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        float[] left = TestModels.Counting(6), right = [6, 5, 4, 3, 2, 1];
        // Example begin
        ModelGraph graph = model.Graph;                                             // inputs left, right; outputs map, vector
        var inputs = new ReadOnlyMemory<float>[graph.Inputs.Count];
        inputs[graph.InputIndex("left")] = left;                                    // a float[]; n items of graph.Inputs[0].Shape
        inputs[graph.InputIndex("right")] = right;                                  // the same n for all inputs
        float[][] outputs = [.. graph.Outputs.Select(output => new float[output.Shape.ElementCount])];
        session.Run(inputs, [outputs[0], outputs[1]]);                              // or session.Run([left, right], [map, vector])
        float[] vector = outputs[graph.OutputIndex("vector")];
        // Example end
        TestModels.AssertSequence<float>([-5, -3, -1, 1, 3, 5], vector);
        CollectionAssert.AreEqual(vector, outputs[0]);

        string[] lines =
        [
            .. File.ReadAllLines(ThisFile())
                .SkipWhile(line => !line.EndsWith("// Example begin", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(line => !line.EndsWith("// Example end", StringComparison.Ordinal))
                .Select(line => line.Trim()),
        ];
        StringAssert.Contains(
            File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../docs/embedding.md")),
            $"```csharp\n{string.Join('\n', lines)}\n```");

        static string ThisFile([CallerFilePath] string path = "") => path;
    }

    private static float[][] Inputs(int seed)
    {
        var random = new Random(seed);
        return [.. InputLengths.Select(length => RandomNumbers.Normal(random, length, 1))];
    }

    private static float[][] Room(int[] lengths) => [.. lengths.Select(length => new float[length])];

    private static ReadOnlyMemory<float>[] Read(float[][] values) =>
        Array.ConvertAll(values, each => (ReadOnlyMemory<float>)each);

    private static Memory<float>[] Written(float[][] values) => Array.ConvertAll(values, each => (Memory<float>)each);

    private static float[][] Expected(float[][] inputs, Numerics numerics)
    {
        IReadOnlyList<float[]>[] items =
        [
            .. Enumerable.Range(0, Batch).Select(item => Array.ConvertAll(
                    inputs, values => (ReadOnlyMemory<float>)values.Chunk(values.Length / Batch).ElementAt(item)))
                .Select(item => numerics == Numerics.Strict
                    ? ReferenceNetwork.RunStrict(Model, item)
                    : ReferenceNetwork.Run(Model, item)),
        ];
        return
        [
            .. Model.Graph.OutputLayers.Select(layer => items.SelectMany(layers => layers[layer]).ToArray()),
        ];
    }

    private static Image Image(int width, int height, int seed)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new Image(pixels, width, height);
    }

    private static void AssertClose(float[] expected, float[] actual, float relative, string output)
    {
        Assert.HasCount(expected.Length, actual);
        float tolerance = relative * expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance))
                Assert.Fail($"Element {i} of {output} is {actual[i]:R}; expected {expected[i]:R}.");
    }
}
