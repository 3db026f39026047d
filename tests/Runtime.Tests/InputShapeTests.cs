using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Runtime.Tests.Verification;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests;

/// <summary>One model's weights at several sizes of its input.</summary>
[TestClass]
public sealed class InputShapeTests
{
    private static readonly Model Model = TestModels.WithWeights(new ModelGraph("sizes", new TensorShape(3, 16, 12),
    [
        new("conv", new Conv2d(3, 8, 3, 2, 1)), new("relu", new ReLU()),
        new("pool", new SoftPool2d(3, 2, 0, true, SoftPoolWeighting.PerChannel)),
        new("mean", new GlobalAvgPool()), new("flatten", new Flatten()), new("fc", new Linear(8, 5)),
    ]));

    [TestMethod]
    public void Several_inputs_have_other_shapes_by_name()
    {
        Model model = InputsAndOutputsTests.Model;
        var shape = new TensorShape(3, 5, 9);
        Model other = model.WithInputShapes(
            new Dictionary<string, TensorShape> { ["left"] = shape, ["right"] = shape });
        TestModels.AssertSequence<TensorShape>(
            [shape, shape, new TensorShape(5)], other.Graph.Inputs.Select(input => input.Shape));
        Assert.AreEqual(new TensorShape(4, 5, 9), other.Graph.Outputs[1].Shape);
        TestModels.AssertSequence<string>(
            [.. model.Graph.Outputs.Select(output => output.Name)], other.Graph.Outputs.Select(output => output.Name));
        Assert.AreSame(
            model, model.WithInputShapes(new Dictionary<string, TensorShape> { ["vector"] = new TensorShape(5) }));
        StringAssert.Contains(
            Assert.ThrowsExactly<ShapeMismatchException>(() => model.WithInputShapes(
                new Dictionary<string, TensorShape> { ["left"] = shape })).Message, "Layer subtract");
        Assert.ThrowsExactly<ArgumentException>(
            () => model.WithInputShapes(new Dictionary<string, TensorShape> { ["top"] = shape }));
        Assert.ThrowsExactly<InvalidOperationException>(() => model.WithInputShape(shape));
    }

    [TestMethod]
    [DataRow(12, 16)]
    [DataRow(37, 5)]
    public void A_model_runs_at_another_size(int height, int width)
    {
        Model other = Model.WithInputShape(new TensorShape(3, height, width));
        Assert.AreEqual(new TensorShape(3, height, width), other.Graph.InputShape);
        Assert.AreSame(Model.Weights["conv.weight"], other.Weights["conv.weight"]);
        float[] input = RandomNumbers.Normal(new Random(3), other.Graph.InputShape.ElementCount, 1);
        float[] output = new float[5];
        using InferenceSession session = TestDevices.Software.CreateSession(other);
        // Both sizes on one device: the weights that their kernels read do not mix.
        using InferenceSession first = TestDevices.Software.CreateSession(Model);
        session.Run(input, output);
        OperatorCheck.AssertClose(ReferenceNetwork.Run(other, input)[^1], output, "the other size", 1e-5);
        float[] own = RandomNumbers.Normal(new Random(4), Model.Graph.InputShape.ElementCount, 1);
        first.Run(own, output);
        OperatorCheck.AssertClose(ReferenceNetwork.Run(Model, own)[^1], output, "the first size", 1e-5);
    }

    [TestMethod]
    public void At_its_own_size_it_is_the_same_model() =>
        Assert.AreSame(Model, Model.WithInputShape(Model.Graph.InputShape));

    [TestMethod]
    public void A_size_that_a_layer_cannot_take_is_refused_by_the_layer()
    {
        Model fixedSize = TestModels.WithWeights(
            TestModels.Sequential(new TensorShape(2, 4, 4), new Flatten(), new Linear(32, 3)));
        Assert.AreEqual(
            $"Layer {fixedSize.Graph.Layers[1].Name} of '{fixedSize.Graph.Name}': "
            + "Linear takes 32 features along the last axis; got 40.",
            Assert.ThrowsExactly<ShapeMismatchException>(
                () => fixedSize.WithInputShape(new TensorShape(2, 4, 5))).Message);
        Assert.Contains(
            "Conv2d takes 3 channels",
            Assert.ThrowsExactly<ShapeMismatchException>(
                () => Model.WithInputShape(new TensorShape(4, 16, 12))).Message);
    }

    [TestMethod]
    public void Names_of_outputs_that_change_in_number_are_refused()
    {
        Model dense = TestModels.WithWeights(TestModels.Sequential(new TensorShape(1, 2, 2), new ReLU()));
        var named = new Model(dense.Graph, dense.Weights, ["a", "b", "c", "d"], dense.Preprocessing);
        Assert.Contains(
            "4 class names",
            Assert.ThrowsExactly<ModelFormatException>(() => named.WithInputShape(new TensorShape(1, 2, 3))).Message);
    }

    [TestMethod]
    public void A_certificate_holds_for_one_size()
    {
        Model certified = Certified.Add(Model, Certified.InputsFor(Model.Graph));
        Assert.IsNotNull(certified.Certificate);
        Assert.IsNull(certified.WithInputShape(new TensorShape(3, 12, 16)).Certificate);
    }
}
