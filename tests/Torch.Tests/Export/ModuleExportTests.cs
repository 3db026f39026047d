using SoftPool.Torch.Export;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Torch.Tests.Export;

/// <summary>Networks as users write them become models that a device computes as the module does.</summary>
[TestClass]
public sealed class ModuleExportTests
{
    public static IEnumerable<object[]> Networks =>
    [
        [nameof(LeNet), () => LeNet.Create(), new long[] { 1, 28, 28 }],
        [nameof(ResidualNetwork), () => new ResidualNetwork(), new long[] { 3, 17, 15 }],
        [nameof(UNet), () => new UNet(), new long[] { 3, 18, 22 }],
        [nameof(MobileNetBlock), () => new MobileNetBlock(), new long[] { 3, 19, 16 }],
        [nameof(SqueezeAndExcitation), () => new SqueezeAndExcitation(), new long[] { 3, 12, 11 }],
        [nameof(Regularized), () => Regularized.Create(), new long[] { 3, 14, 12 }],
        [nameof(Inception), () => new Inception(), new long[] { 3, 11, 13 }],
        [nameof(SoftPoolAlexNet), () => new SoftPoolAlexNet(), new long[] { 3, 96, 96 }],
    ];

    public static string NameOf(System.Reflection.MethodInfo method, object[] row) => $"{method.Name}({row[0]})";

    [TestMethod]
    [DynamicData(nameof(Networks), DynamicDataDisplayName = nameof(NameOf))]
    public void A_network_is_verified_and_gives_what_its_module_gives(
        string name, Func<torch.nn.Module<torch.Tensor, torch.Tensor>> create, long[] shape)
    {
        torch.manual_seed(7);
        using var scope = torch.NewDisposeScope();
        using torch.nn.Module<torch.Tensor, torch.Tensor> module = create();
        bool[] modes = Modes(module);
        float[][] before = [.. module.state_dict().Values.Select(Tensors.Values)];

        Model model = ModelExport.FromModule(module, torch.randn([2, .. shape]), new() { Name = name });

        CollectionAssert.AreEqual(modes, Modes(module));
        foreach ((float[] was, torch.Tensor now) in before.Zip(module.state_dict().Values))
            CollectionAssert.AreEqual(was, Tensors.Values(now));
        CollectionAssert.AreEquivalent(
            module.state_dict().Keys.Where(key => !key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                .ToArray(),
            model.Weights.Keys.ToArray());

        module.eval();
        AssertVerified(model, [torch.randn([3, .. shape])], inputs => [module.call(inputs[0])]);
    }

    [TestMethod]
    public void Two_heads_are_two_outputs()
    {
        torch.manual_seed(8);
        using var scope = torch.NewDisposeScope();
        using var module = new TwoHeads();
        Model model = ModelExport.FromModule(
            module, torch.randn([2, 3, 9, 10]), new() { OutputNames = ["classes", "box"] });
        CollectionAssert.AreEqual(
            new[] { "classes", "box" }, model.Graph.Outputs.Select(output => output.Name).ToArray());
        module.eval();
        AssertVerified(model, [torch.randn([3, 3, 9, 10])], inputs =>
        {
            (torch.Tensor classes, torch.Tensor box) = module.call(inputs[0]);
            return [classes, box];
        });
    }

    [TestMethod]
    public void Two_inputs_have_the_names_of_forward_s_parameters()
    {
        torch.manual_seed(9);
        using var scope = torch.NewDisposeScope();
        using var module = new Siamese();
        Model model = ModelExport.FromModule(module, torch.randn([1, 1, 9, 8]), torch.randn([1, 1, 7, 11]));
        CollectionAssert.AreEqual(
            new[] { "left", "right" }, model.Graph.Inputs.Select(input => input.Name).ToArray());
        CollectionAssert.IsSubsetOf(
            new[] { "conv", "conv_1" }, model.Graph.Layers.Select(layer => layer.Name).ToArray());
        module.eval();
        AssertVerified(
            model, [torch.randn([3, 1, 9, 8]), torch.randn([3, 1, 7, 11])],
            inputs => [module.call(inputs[0], inputs[1])]);
    }

    [TestMethod]
    public void A_module_that_is_called_twice_is_two_layers_of_the_same_weights()
    {
        using var linear = torch.nn.Linear(5, 5);
        using var module = torch.nn.Sequential(("first", linear), ("relu", torch.nn.ReLU()), ("again", linear));
        using torch.Tensor example = torch.randn([1, 5]);
        Model model = ModelExport.FromModule(module, example);
        CollectionAssert.AreEqual(
            new[] { "first", "relu", "first_1" }, model.Graph.Layers.Select(layer => layer.Name).ToArray());
        CollectionAssert.AreEqual(
            model.Weights["first.weight"].Data.ToArray(), model.Weights["first_1.weight"].Data.ToArray());
    }

    [TestMethod]
    public void A_lone_module_is_a_network_of_one_layer()
    {
        using var conv = torch.nn.Conv2d(3, 4, 3);
        using torch.Tensor example = torch.randn([1, 3, 5, 6]);
        Model model = ModelExport.FromModule(conv, example);
        Assert.AreEqual("Conv2d", model.Graph.Layers.Single().Name);
        Assert.AreEqual("Conv2d", model.Graph.Name);
    }

    [TestMethod]
    public void What_the_module_does_not_say_comes_from_the_options()
    {
        using var module = LeNet.Create();
        using torch.Tensor example = torch.randn([1, 1, 28, 28]);
        string[] digits = [.. "0123456789".Select(digit => $"{digit}")];
        Model model = ModelExport.FromModule(module, example, new ModuleExportOptions
        {
            Name = "digits",
            ClassNames = digits,
            Preprocessing = new Preprocessing([0.1307f], [0.3081f]),
        });
        Assert.AreEqual("digits", model.Graph.Name);
        CollectionAssert.AreEqual(digits, model.ClassNames.ToArray());
        Assert.AreEqual(0.3081f, model.Preprocessing.StandardDeviation.Single());
        StringAssert.Contains(model.Certificate!.Framework, "the module itself");
    }

    /// <summary>The model holds its certificate after it was a file, and gives what the module gives for others.
    /// </summary>
    private static void AssertVerified(
        Model model, torch.Tensor[] inputs, Func<torch.Tensor[], torch.Tensor[]> call)
    {
        using var folder = new TemporaryFolder();
        model.Save(folder["model.safetensors"]);
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model.Load(folder["model.safetensors"]), new SessionOptions { Batch = 3 });
        ParityReport report = session.Verify();
        Assert.IsNull(report.Failure);

        ReadOnlyMemory<float>[] given = [.. inputs.Select(input => (ReadOnlyMemory<float>)Tensors.Values(input))];
        float[][] expected = [.. call(inputs).Select(Tensors.Values)];
        float[][] actual = [.. expected.Select(output => new float[output.Length])];
        session.Run(given, [.. actual.Select(output => output.AsMemory())]);
        foreach ((float[] right, float[] came) in expected.Zip(actual))
        {
            var comparison = new TensorComparison();
            comparison.Add(right, came);
            Assert.IsLessThanOrEqualTo(1e-5, comparison.RelativeError);
        }
    }

    private static bool[] Modes(torch.nn.Module module) =>
        [.. module.named_modules().Select(entry => entry.module).Prepend(module).Select(each => each.training)];
}
