using SoftPool.Operators;
using SoftPool.Trainer.StateDicts;

namespace SoftPool.Trainer.Tests.StateDicts;

[TestClass]
public sealed class WeightFitTests
{
    private static readonly ModelGraph Graph = new("net", new TensorShape(3, 4, 4),
    [
        new Layer("features.0", new Conv2d(3, 5, 3, 1, 0)), new Layer("flatten", new Flatten()),
        new Layer("fc", new Linear(20, 2)),
    ]);

    [TestMethod]
    [DataRow("")]
    [DataRow("module.")]
    [DataRow("model._orig_mod.")]
    [DataRow("_orig_mod.module.")]
    [DataRow("net.backbone.")]
    public void Prefixes_of_wrappers_are_left_out(string prefix)
    {
        WeightFit fit = WeightFit.Of(Graph, Weights(prefix), []);
        Assert.AreEqual(prefix, fit.Prefix);
        Assert.IsEmpty(fit.Misfits);
        CollectionAssert.AreEqual(
            Graph.Parameters.Select(parameter => parameter.Name).ToArray(), fit.Weights.Keys.ToArray());
    }

    [TestMethod]
    public void What_does_not_fit_is_listed_whole()
    {
        StateDict weights = Weights("module.", ("features.0.bias", null), ("fc.weight", new TensorShape(2, 21)));
        var tensors = new Dictionary<string, Tensor>(weights.Tensors)
        {
            ["module.feature.0.bias"] = Filled(new TensorShape(5)),
            ["criterion"] = Filled(new TensorShape(9)),
        };
        var dictionary = new StateDict(tensors, new Dictionary<string, string> { ["module.ids"] = "1x9 of int64" }, []);
        WeightFit fit = WeightFit.Of(Graph, dictionary, []);
        string[] expected =
        [
            "               name             network  file          nearest",
            "another shape  fc.weight        2x20     2x21",
            "missing        features.0.bias  5                      feature.0.bias",
            "unexpected     feature.0.bias            5             features.0.bias",
            "unexpected     criterion                 9",
            "unexpected     ids                       1x9 of int64",
        ];
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(() => fit.Check("a.pth", "net"));
        Assert.AreEqual("a.pth does not fit net, in 5 of its weights:", e.Message);
        CollectionAssert.AreEqual(expected, e.Details.ToArray(), string.Join('\n', e.Details));
        Assert.HasCount(5 - 2, WeightFit.Of(Graph, dictionary, ["crit", "ids"]).Misfits);
        Assert.AreEqual(
            "--ignore module.ids is the beginning of no name in the file.", Assert.ThrowsExactly<UserErrorException>(
                () => WeightFit.Of(Graph, dictionary, ["crit", "module.ids"])).Message);
        // What stays random is neither missing nor of another shape.
        WeightFit.Of(Graph, Weights("", ("fc.weight", null), ("fc.bias", new TensorShape(9))), [],
            ["fc.weight", "fc.bias"]).Check("a.pth", "net");
    }

    [TestMethod]
    public void The_first_files_of_DenseNet_name_norm1_another_way()
    {
        ModelGraph graph = new("net", new TensorShape(2, 4, 4),
        [
            new Layer("features.denseblock1.denselayer1.norm1", new BatchNorm2d(2)),
            new Layer("features.denseblock1.denselayer1.conv1", new Conv2d(2, 2, 1, 1, 0) { Bias = false }),
        ]);
        var tensors = graph.Parameters.ToDictionary(
            parameter => $"module.{parameter.Name.Replace("1.norm1", "1.norm.1").Replace("1.conv1", "1.conv.1")}",
            parameter => Filled(parameter.Shape));
        WeightFit fit = WeightFit.Of(graph, new StateDict(tensors, new Dictionary<string, string>(), []), []);
        Assert.IsEmpty(fit.Misfits);
        Assert.AreEqual(5, fit.Renamed);
        Assert.AreEqual("module.", fit.Prefix);
    }

    private static StateDict Weights(string prefix, params (string Name, TensorShape? Shape)[] others)
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach (Parameter parameter in Graph.Parameters)
        {
            int other = Array.FindIndex(others, entry => entry.Name == parameter.Name);
            if (other < 0 || others[other].Shape is not null)
                tensors.Add(prefix + parameter.Name, Filled(other < 0 ? parameter.Shape : others[other].Shape!.Value));
        }
        return new StateDict(tensors, new Dictionary<string, string>(), []);
    }

    private static Tensor Filled(TensorShape shape) => new(shape, new float[shape.ElementCount]);
}
