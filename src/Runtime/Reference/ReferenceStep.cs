namespace SoftPool.Reference;

/// <summary>One operator's work on one item: what it reads and where it writes.</summary>
/// <param name="inputShapes">The shape of each input, (C, H, W) or (features).</param>
/// <param name="inputs">The elements of each input.</param>
/// <param name="outputShape">The shape of the output.</param>
/// <param name="output">Where the output's elements go.</param>
/// <param name="parameters">The operator's own parameters by PyTorch's short name: weight, bias.</param>
/// <param name="wanted">Which elements of the output are to be computed; all unless given.</param>
internal readonly ref struct ReferenceStep(
    IReadOnlyList<TensorShape> inputShapes, IReadOnlyList<float[]> inputs, TensorShape outputShape, Span<float> output,
    Func<string, Tensor> parameters, bool[]? wanted = null)
{
    private readonly bool[]? _wanted = wanted;

    public IReadOnlyList<float[]> Inputs { get; } = inputs;

    /// <summary>The shape of each input.</summary>
    public IReadOnlyList<TensorShape> InputShapes { get; } = inputShapes;

    /// <summary>The shape of the first input.</summary>
    public TensorShape InputShape { get; } = inputShapes[0];

    /// <summary>The first input.</summary>
    public ReadOnlySpan<float> Input => Inputs[0];

    public TensorShape OutputShape { get; } = outputShape;

    public Span<float> Output { get; } = output;

    public Func<string, Tensor> Parameters { get; } = parameters;

    /// <summary>Whether an element of the output is to be computed.</summary>
    public bool Wants(int element) => _wanted is null || _wanted[element];

    /// <summary>Which places of the output's maps are wanted in any channel; null for all of them.</summary>
    public bool[]? WantedPlaces()
    {
        if (_wanted is null)
            return null;
        var places = new bool[OutputShape.Plane()];
        for (int i = 0; i < _wanted.Length; i++)
            places[i % places.Length] |= _wanted[i];
        return places;
    }

    public ReadOnlySpan<float> Parameter(string name) => Parameters(name).Data.Span;
}
