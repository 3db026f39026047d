using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Graph;

[TestClass]
public sealed class ExecutionPlanTests
{
    private static readonly MaxPool2d Pool = new(2, 2, 0, false);

    private static ExecutionPlan Plan(bool fuse, params Operator[] operators) => ExecutionPlan.Create(
        TestModels.WithZeros(TestModels.Sequential(new TensorShape(2, 6, 6), operators)), new PlanOptions(3, fuse));

    private static string[] Launched(ExecutionPlan plan) => [.. plan.Launches.Select(dispatch => dispatch.Layer)];

    private static string[] WithOutput(ExecutionPlan plan) => [.. plan.LayerOutputs.Keys.Order()];

    [TestMethod]
    public void A_convolution_and_a_linear_layer_compute_the_ReLU_behind_them()
    {
        ExecutionPlan plan = Plan(
            fuse: true, new Conv2d(2, 3, 3, 1, 1), new ReLU(), new Flatten(), new Linear(108, 5), new ReLU());
        TestModels.AssertSequence<string>(["0", "3"], Launched(plan));
        TestModels.AssertSequence<string>(["1", "2", "4"], WithOutput(plan));
        Assert.AreSame(plan.LayerOutputs["4"], plan.Outputs[0]);
    }

    [TestMethod]
    public void Unfused_every_layer_has_an_output()
    {
        ExecutionPlan plan = Plan(
            fuse: false, new Conv2d(2, 3, 3, 1, 1), new ReLU(), new Flatten(), new Linear(108, 5), new ReLU());
        TestModels.AssertSequence<string>(["0", "1", "3", "4"], Launched(plan));
        TestModels.AssertSequence<string>(["0", "1", "2", "3", "4"], WithOutput(plan));
        Assert.AreNotSame(plan.LayerOutputs["0"], plan.LayerOutputs["1"]);
    }

    [TestMethod]
    public void A_ReLU_with_no_layer_before_it_that_can_compute_it_runs_itself()
    {
        ExecutionPlan plan = Plan(
            fuse: true, new ReLU(), Pool, new ReLU(), new Conv2d(2, 3, 3, 1, 1), new ReLU(), new ReLU());
        TestModels.AssertSequence<string>(["0", "1", "2", "3", "5"], Launched(plan));
        TestModels.AssertSequence<string>(["0", "1", "2", "4", "5"], WithOutput(plan));
    }

    [TestMethod]
    public void A_ReLU_behind_another_layer_than_the_next_is_not_fused()
    {
        ExecutionPlan plan = Plan(fuse: true, new Conv2d(2, 3, 3, 1, 1), Pool, new ReLU());
        TestModels.AssertSequence<string>(["0", "1", "2"], Launched(plan));
    }

    [TestMethod]
    public void Flatten_and_Dropout_are_the_memory_before_them()
    {
        ExecutionPlan plan = Plan(fuse: true, Pool, new Flatten(), new Dropout(0.5));
        TestModels.AssertSequence<string>(["0"], Launched(plan));
        Assert.AreSame(plan.LayerOutputs["0"], plan.LayerOutputs["1"]);
        Assert.AreSame(plan.LayerOutputs["0"], plan.LayerOutputs["2"]);
        Assert.AreSame(plan.LayerOutputs["0"], plan.Outputs[0]);
    }

    [TestMethod]
    public void A_network_that_computes_nothing_gives_its_input_back()
    {
        ExecutionPlan plan = Plan(fuse: true, new Flatten());
        Assert.IsEmpty(plan.Launches);
        Assert.AreSame(plan.Inputs[0], plan.Outputs[0]);
        Assert.AreSame(plan.Inputs[0], plan.LayerOutputs["0"]);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Operands_hold_the_whole_batch_and_each_launch_reads_what_an_earlier_one_wrote(bool fuse)
    {
        ModelGraph graph = TestModels.EveryOperator();
        ExecutionPlan plan = ExecutionPlan.Create(TestModels.WithWeights(graph), new PlanOptions(3, fuse));
        Assert.AreEqual(3L * 126, plan.Inputs[0].Count);
        for (int i = 0; i < graph.Layers.Count; i++)
            if (plan.LayerOutputs.TryGetValue(graph.Layers[i].Name, out Operand? output))
                Assert.AreEqual(3L * graph.OutputShapeOf(i).ElementCount, output.Count, graph.Layers[i].Name);

        var written = new HashSet<Operand> { plan.Inputs[0] };
        foreach (KernelLaunch dispatch in plan.Launches)
        {
            // A kernel writes one activation; the others it reads.
            Operand[] unwritten =
            [
                .. dispatch.Operands.Where(operand => operand is Activation && !written.Contains(operand)),
            ];
            Assert.IsLessThanOrEqualTo(1, unwritten.Length, $"Layer {dispatch.Layer} reads what nothing wrote.");
            written.UnionWith(unwritten);
        }
        Assert.Contains(plan.Outputs[0], written);
    }

    [TestMethod]
    public void A_batch_norm_behind_a_convolution_that_nothing_else_reads_runs_nowhere()
    {
        TestModels.AssertSequence<string>(
            ["0", "3"],
            Launched(Plan(fuse: true, new Conv2d(2, 3, 3, 1, 1), new BatchNorm2d(3), new ReLU(), new BatchNorm2d(3))));
        TestModels.AssertSequence<string>(
            ["0"],
            Launched(Plan(fuse: true, new Conv2d(2, 3, 3, 1, 1), new BatchNorm2d(3), new BatchNorm2d(3), new ReLU())));
        TestModels.AssertSequence<string>(
            ["0", "1"], Launched(Plan(fuse: false, new Conv2d(2, 3, 3, 1, 1), new BatchNorm2d(3))));
    }

    [TestMethod]
    [DataRow(1, 4)]
    [DataRow(64 * 16 * 4 * 3, 2)]
    [DataRow(int.MaxValue, 1)]
    public void A_linear_layer_whose_weight_exceeds_a_buffer_runs_in_parts(int largestBuffer, int parts)
    {
        ModelGraph graph = TestModels.Sequential(new TensorShape(13), new Linear(13, 200));
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.WithZeros(graph), new PlanOptions(LargestBuffer: largestBuffer));
        Assert.HasCount(parts, plan.Launches);
        Assert.AreEqual(200L, plan.Launches.Sum(Features));
    }

    private static long Features(KernelLaunch launch) =>
        launch.Constants.First(constant => constant.Name == "FEATURES").Value;

    [TestMethod]
    public void A_linear_layer_whose_padded_weight_exceeds_2_GiB_runs_in_parts_however_large_buffers_are()
    {
        ModelGraph graph = TestModels.Sequential(new TensorShape(16000), new Linear(16000, 33550));
        ExecutionPlan plan = ExecutionPlan.Create(
            graph, name => throw new AssertFailedException(name), new PlanOptions(LargestBuffer: uint.MaxValue));
        Assert.AreEqual(33550L, plan.Launches.Where(dispatch => dispatch.Kernel != "linear_sum").Sum(Features));
    }

    [TestMethod]
    public void Plans_of_one_model_share_constants_only_of_one_size()
    {
        // A buffer holds one tile of the weight in 32 bits and two in 16, so that the parts differ.
        Model model = TestModels.WithZeros(TestModels.Sequential(new TensorShape(13), new Linear(13, 200)));
        var constants = from options in (PlanOptions[])[new(), new(Fp16: true), new(Numerics: Numerics.Strict)]
                        from dispatch in ExecutionPlan
                            .Create(model, options with { LargestBuffer = 64 * 16 * 4 }).Launches
                        from constant in dispatch.Operands.OfType<Constant>()
                        select constant;
        foreach (IGrouping<string, Constant> sharing in constants.GroupBy(constant => constant.Key))
            Assert.HasCount(1, sharing.Select(constant => constant.ByteCount).Distinct().ToArray(), sharing.Key);
    }

    [TestMethod]
    [DataRow(4608, 2048, 132, 1)]
    [DataRow(8191, 10, 132, 1)]
    [DataRow(8192, 10, 0, 2)]
    [DataRow(65536, 10, 0, 16)]
    [DataRow(65536, 10, 1000, 16)]
    [DataRow(65536, 500, 0, 2)]
    [DataRow(65536, 500, 132, 8)]
    public void A_long_linear_layer_of_few_features_is_split_into_slices_where_there_are_lanes_to_fill(
        int inputs, int features, int units, int slices)
    {
        ModelGraph graph = TestModels.Sequential(new TensorShape(inputs), new Linear(inputs, features));
        ExecutionPlan plan = ExecutionPlan.Create(
            graph, name => throw new AssertFailedException(name),
            new PlanOptions { Device = new DeviceTraits(LargestWorkgroup: 256, Units: units) });
        TestModels.AssertSequence<string>(
            slices == 1 ? ["linear_group"] : ["linear_group", "linear_sum"],
            [.. plan.Launches.Select(dispatch => dispatch.Kernel)]);
        Assert.AreEqual(slices, plan.Launches[0].Groups.Z);
    }

    [TestMethod]
    [DataRow(1024, 64 * 1024 / 4, "linear_texel")]
    [DataRow(1024, 64 * 1024 / 4 - 1, "linear")]
    [DataRow(1023, int.MaxValue, "linear")]
    public void Texels_are_read_where_every_operand_is_a_whole_number_of_them_within_the_limit(
        int inputs, int largest, string kernel)
    {
        ModelGraph graph = TestModels.Sequential(new TensorShape(inputs), new Linear(inputs, 10));
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.WithZeros(graph), new PlanOptions { Device = new DeviceTraits(LargestTexels: largest) });
        TestModels.AssertSequence<string>([kernel], [.. plan.Launches.Select(dispatch => dispatch.Kernel)]);
    }

    [TestMethod]
    public void What_two_layers_read_is_fused_into_neither()
    {
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.WithZeros(new ModelGraph("n", new TensorShape(2, 6, 6),
            [
                new("conv", new Conv2d(2, 2, 3, 1, 1)), new("relu", new ReLU()),
                new("add", new Add(), ["conv", "relu"]),
                new("relu2", new ReLU()),
            ])), new PlanOptions { Device = new DeviceTraits(StorageBuffers: 6) });
        // The three behind the convolution are a chain.
        TestModels.AssertSequence<string>(["conv", "relu"], Launched(plan));
        TestModels.AssertSequence<string>(["conv", "relu2"], WithOutput(plan));
    }

    [TestMethod]
    public void Operands_of_one_size_are_different_buffers()
    {
        Assert.AreNotEqual<Operand>(new Activation(4), new Activation(4));
        float[] data = [1, 2];
        Assert.AreNotEqual<Operand>(new FloatConstant("a", 2, () => data), new FloatConstant("a", 2, () => data));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow(int.MaxValue)]
    public void Refuses_a_batch_that_is_not_positive_or_too_large(int batch) =>
        Assert.ThrowsExactly<ShapeMismatchException>(
            () => ExecutionPlan.Create(TestModels.WithWeights(TestModels.EveryOperator()), new PlanOptions(batch)));
}
