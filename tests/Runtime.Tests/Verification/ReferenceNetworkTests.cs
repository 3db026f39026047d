using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

[TestClass]
public sealed class ReferenceNetworkTests
{
    [TestMethod]
    public void Gives_each_layer_s_output_and_feeds_it_to_the_next()
    {
        ModelGraph graph = TestModels.Sequential(
            new TensorShape(1, 1, 3), new ReLU(), new MaxPool2d(new Size2d(1, 2), 1, 0, false), new Flatten(),
            new Dropout(0.5), new Linear(2, 1));
        var weights = new Dictionary<string, Tensor>
        {
            ["4.weight"] = new(new TensorShape(1, 2), new float[] { 10, 1 }),
            ["4.bias"] = new(new TensorShape(1), new float[] { 100 }),
        };
        var model = new Model(graph, weights, [], new Preprocessing([0], [1]));

        IReadOnlyList<float[]> outputs = ReferenceNetwork.Run(model, [-1, 2, 3]);

        Assert.AreEqual(5, outputs.Count);
        TestModels.AssertSequence<float>([0, 2, 3], outputs[0]);
        TestModels.AssertSequence<float>([2, 3], outputs[1]);
        TestModels.AssertSequence<float>([2, 3], outputs[2]);
        TestModels.AssertSequence<float>([2, 3], outputs[3]);
        TestModels.AssertSequence<float>([123], outputs[4]);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(125)]
    [DataRow(127)]
    public void Refuses_an_input_of_another_size(int count)
    {
        Model model = TestModels.WithWeights(TestModels.EveryOperator());
        ShapeMismatchException e = Assert.ThrowsExactly<ShapeMismatchException>(
            () => ReferenceNetwork.Run(model, new float[count]));
        StringAssert.Contains(e.Message, "2x7x9, 126 elements; got " + count);
    }
}
