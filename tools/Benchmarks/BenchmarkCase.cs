using SoftPool.Operators;
using SoftPool.Trainer.Networks;

namespace SoftPool.Benchmarks;

/// <summary>What is measured: a network, or a single operator as a network of one layer.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Graph">The network.</param>
/// <param name="IsOperator">Whether it is a single operator: then what counts is its own time on the device, without
/// the way there and back.</param>
internal sealed record BenchmarkCase(string Name, ModelGraph Graph, bool IsOperator)
{
    private const int Classes = 10;

    /// <summary>A network of the catalogue, for images of 224x224 unless told.</summary>
    public static BenchmarkCase Network(string name, int? size = null) =>
        new(name, NetworkCatalog.Create(name, Classes, size), IsOperator: false);

    /// <summary>Every operator at the shapes that it has, or its like has, in AlexNet.</summary>
    public static IEnumerable<BenchmarkCase> Operators()
    {
        ModelGraph graph = NetworkCatalog.Create("alexnet", Classes);
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            TensorShape input = graph.InputShapesOf(i)[0];
            switch (graph.Layers[i].Operator)
            {
                case Conv2d or Linear:
                    yield return Of(graph.Layers[i].Operator, input);
                    break;
                case MaxPool2d pool:
                    yield return Of(pool, input);
                    yield return Of(new AvgPool2d(pool.KernelSize, pool.Stride, pool.Padding, pool.CeilMode), input);
                    foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
                        yield return Of(
                            new SoftPool2d(pool.KernelSize, pool.Stride, pool.Padding, pool.CeilMode, weights), input);
                    break;
            }
        }
        TensorShape first = graph.OutputShapeOf(0);
        foreach (Operator op in
            (Operator[])[new ReLU(), new Sigmoid(), new SiLU(), new BatchNorm2d(first[0]), new GlobalAvgPool()])
            yield return Of(op, first);
        foreach (Operator op in (Operator[])[new Add(), new Multiply(), new Concat()])
            yield return new BenchmarkCase(
                $"{op.GetType().Name} {first} to itself",
                new ModelGraph("operator", first,
                    [new Layer("layer", op, [ModelGraph.InputName, ModelGraph.InputName])]), true);
        yield return Of(new Softmax(), new TensorShape(Classes));
    }

    /// <summary>The model with weights that nobody trained.</summary>
    public Model CreateModel()
    {
        int channels = Graph.InputShape[0];
        return RandomWeights.Create(
            Graph, [], 1, channels == 3 ? Preprocessing.ImageNet
                : new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
    }

    private static BenchmarkCase Of(Operator op, TensorShape input) => new(
        $"{op.GetType().Name} {input} {op.Attributes}".TrimEnd(),
        new ModelGraph("operator", input, [new Layer("layer", op)]), true);
}
