namespace SoftPool.Operators;

/// <summary>A small network whose last layer is an operator. The operator's kernels, its reference and its torch
/// counterpart are held to the same numbers on it: by the tests, and by the self-test if it takes part there.</summary>
/// <param name="Layers">The layers. The last one is the operator's, and is named "layer".</param>
/// <param name="Input">The shape of one item of the input.</param>
/// <param name="Batch">The number of items.</param>
internal sealed record OperatorCase(Layer[] Layers, TensorShape Input, int Batch)
{
    private const string Name = "layer";

    /// <summary>The operator alone.</summary>
    public OperatorCase(Operator op, TensorShape input, int batch)
        : this([new Layer(Name, op)], input, batch)
    {
    }

    /// <summary>Whether the self-test runs it on users' devices. Such cases are small, and their sizes are odd, so that
    /// tiles and words have ends. Together they launch every kernel that a plan can have, whatever the device
    /// prefers.</summary>
    public bool IsSelfTest { get; init; }

    /// <summary>An operator of two inputs: the network's, and what another operator makes of it.</summary>
    public static OperatorCase OfTwo(Operator op, Operator second, TensorShape input, int batch) => new(
        [new Layer("second", second), new Layer(Name, op, [ModelGraph.InputName, "second"])], input, batch);

    /// <summary>Operators one behind the other.</summary>
    public static OperatorCase Chain(TensorShape input, int batch, params ReadOnlySpan<Operator> operators)
    {
        var layers = new Layer[operators.Length];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = new Layer(i == layers.Length - 1 ? Name : $"before{layers.Length - 1 - i}", operators[i]);
        return new OperatorCase(layers, input, batch);
    }
}
