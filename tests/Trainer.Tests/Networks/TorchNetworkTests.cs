using SoftPool.Operators;
using SoftPool.Trainer.Networks;
using SoftPool.Verification;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Networks;

[TestClass]
public sealed class TorchNetworkTests
{
    private static readonly ModelGraph Small = new("small", new TensorShape(3, 23, 19),
    [
        new("features.0", new Conv2d(3, 5, new Size2d(3, 5), new Size2d(2, 1), new Size2d(1, 2))),
        new("features.1", new ReLU()),
        new("features.2", new Operators.SoftPool2d(3, 2, 1, CeilMode: true, SoftPoolWeighting.PerChannel)),
        new("features.3", new Conv2d(5, 7, 3, 1, 1)),
        new("features.4", new Operators.SoftPool2d(2, 1, 0, CeilMode: false, SoftPoolWeighting.SharedAcrossChannels)),
        new("features.5", new MaxPool2d(new Size2d(2, 3), 2, new Size2d(1, 0), CeilMode: true)),
        new("flatten", new Flatten()),
        new("classifier.0", new Dropout(0.5)),
        new("classifier.1", new Linear(112, 3)),
    ]);

    [TestMethod]
    [DataRow("alexnet")]
    [DataRow("alexnet-softpool")]
    [DataRow("alexnet-softpool-shared")]
    public void AlexNet_has_PyTorchs_names_and_the_missions_shapes(string name)
    {
        ModelGraph graph = NetworkCatalog.Create(name, 10, 224);
        Assert.AreEqual(14_601_930, graph.ParameterCount);
        string[] outputs =
        [
            "48x56x56", "48x56x56", "48x27x27", "128x27x27", "128x27x27", "128x13x13", "192x13x13", "192x13x13",
            "192x13x13", "192x13x13", "128x13x13", "128x13x13", "128x6x6", "4608", "2048", "2048", "2048", "2048",
            "2048", "2048", "10",
        ];
        CollectionAssert.AreEqual(
            outputs, graph.Layers.Select((_, i) => graph.OutputShapeOf(i).ToString()).ToArray());

        using var network = new TorchNetwork(graph);
        string[] names =
        [
            .. from layer in (string[])
                [
                    "features.0", "features.3", "features.6", "features.8", "features.10", "classifier.0",
                    "classifier.3", "classifier.6",
                ]
               from parameter in (string[])["weight", "bias"]
               select $"{layer}.{parameter}",
        ];
        CollectionAssert.AreEqual(names, network.state_dict().Keys.ToArray());
        Assert.AreEqual(14_601_930, network.parameters().Sum(parameter => parameter.numel()));
    }

    [TestMethod]
    public void AlexNet_is_made_for_other_sizes_and_classes()
    {
        ModelGraph graph = NetworkCatalog.Create("alexnet-softpool", 7, new Size2d(97, 131));
        Assert.AreEqual(new TensorShape(7), graph.OutputShape);
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(() => NetworkCatalog.Create("lenet", 10, 224));
        Assert.AreEqual(
            "There is no network 'lenet'; there are alexnet, alexnet_torchvision, vgg11, vgg16, resnet18, resnet34, "
            + "resnet50, resnet101, resnext50, densenet121, googlenet, squeezenet, shufflenet_v2_x1_0, unet, each also "
            + "with -softpool or -softpool-shared behind it, and mobilenet_v2, mobilenet_v3_large, "
            + "mobilenet_v3_small, efficientnet_b0.", e.Message);
        Assert.ThrowsExactly<ShapeMismatchException>(() => NetworkCatalog.Create("alexnet", 10, 32));
    }

    [TestMethod]
    public void Every_layer_of_a_small_network_equals_the_reference() => AssertEqualsReference(Small, 1e-6);

    [TestMethod]
    public void Every_layer_of_AlexNet_equals_the_reference() =>
        AssertEqualsReference(NetworkCatalog.Create("alexnet-softpool", 10, 224), 1e-5);

    [TestMethod]
    public void A_saved_model_gives_the_same_bits()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(1);
        using var first = new TorchNetwork(Small);
        using var second = new TorchNetwork(Small);
        torch.Tensor x = torch.randn(4, 3, 23, 19);
        float[] expected = Outputs(first, x)["classifier.1"];
        CollectionAssert.AreNotEqual(expected, Outputs(second, x)["classifier.1"]);

        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            first.ToModel(["a", "b", "c"], Preprocessing.ImageNet).Save(path);
            second.LoadWeights(Model.Load(path).Weights);
        }
        finally
        {
            File.Delete(path);
        }
        CollectionAssert.AreEqual(expected, Outputs(second, x)["classifier.1"]);
    }

    [TestMethod]
    public void Weights_of_another_network_are_refused()
    {
        using var network = new TorchNetwork(Small);
        Assert.ThrowsExactly<ModelFormatException>(() => network.LoadWeights(new Dictionary<string, Tensor>()));
    }

    [TestMethod]
    public void Inference_drops_nothing_and_leaves_the_mode_as_it_was()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new TorchNetwork(Small);
        torch.Tensor x = torch.randn(1, 3, 23, 19);
        network.train();
        Dictionary<string, float[]> outputs = Outputs(network, x);
        CollectionAssert.AreEqual(outputs["flatten"], outputs["classifier.0"]);
        Assert.IsTrue(network.training);
    }

    [TestMethod]
    public void A_seed_gives_the_same_weights()
    {
        float[] First(int seed)
        {
            using var scope = torch.NewDisposeScope();
            torch.manual_seed(seed);
            using var network = new TorchNetwork(Small);
            return network.ToModel([], Preprocessing.ImageNet).Weights["features.0.weight"].Data.ToArray();
        }
        CollectionAssert.AreEqual(First(7), First(7));
        CollectionAssert.AreNotEqual(First(7), First(8));
    }

    private static Dictionary<string, float[]> Outputs(TorchNetwork network, torch.Tensor x)
    {
        var outputs = new Dictionary<string, float[]>();
        network.Infer(x, (layer, y) => outputs.Add(layer, y.contiguous().data<float>().ToArray()));
        return outputs;
    }

    private static void AssertEqualsReference(ModelGraph graph, double tolerance)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(11);
        using var network = new TorchNetwork(graph);
        torch.Tensor x = torch.randn([1, .. graph.InputShape.Extents.ToArray().Select(extent => (long)extent)]);
        IReadOnlyList<float[]> expected = ReferenceNetwork.Run(
            network.ToModel([], Preprocessing.ImageNet), x.data<float>().ToArray());
        Dictionary<string, float[]> actual = Outputs(network, x);
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            float[] right = expected[i], came = actual[graph.Layers[i].Name];
            Assert.HasCount(right.Length, came);
            double largest = right.Max(Math.Abs), error = right.Zip(came, (a, b) => Math.Abs((double)a - b)).Max();
            Assert.IsTrue(error <= tolerance * largest, $"{graph.Layers[i].Name}: {error} of {largest}");
        }
    }
}
