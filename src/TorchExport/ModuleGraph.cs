using SoftPool.Operators;
using SoftPool.Torch.Export.Converters;

namespace SoftPool.Torch.Export;

/// <summary>The layers and weights that the calls of a module come to.</summary>
internal sealed class ModuleGraph
{
    private readonly ModuleTrace _trace;
    private readonly List<Layer> _layers = [];
    private readonly List<int> _sources = [];
    private readonly Dictionary<string, Tensor> _weights = [];
    private readonly IReadOnlyList<string> _inputs;
    private readonly HashSet<string> _names;

    // The name of the layer that gives what a call gave.
    private readonly Dictionary<int, string> _nameOf = [];

    /// <param name="module">The module's name, for messages.</param>
    /// <param name="trace">Its calls.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <exception cref="UnsupportedModuleException">The outputs depend on something that is no layer; all of it is in
    /// the message.</exception>
    public ModuleGraph(string module, ModuleTrace trace, IReadOnlyList<string> inputs)
    {
        (_trace, _inputs, _names) = (trace, inputs, [.. inputs]);
        SortedDictionary<int, Conversion> needed = Needed(trace);
        string[] refusals =
        [
            .. needed.Where(pair => pair.Value.Refusal is not null)
                .Select(pair => $"{Described(trace.Calls[pair.Key])} {pair.Value.Refusal}").Distinct(),
            .. trace.Gaps.Where(gap => gap.Reader is null || needed.ContainsKey(gap.Reader.Value))
                .Select(gap => gap.Text),
        ];
        if (refusals.Length > 0)
            throw new UnsupportedModuleException(module, refusals);

        for (int i = 0; i < inputs.Count; i++)
            _nameOf[~i] = inputs[i];
        foreach ((int call, Conversion conversion) in needed)
            Add(call, conversion);
        Outputs = [.. trace.Outputs.Select(source => _nameOf[source!.Value])];
        refusals =
        [
            .. Outputs.Intersect(inputs).Select(input => $"an output is the input '{input}'"),
            .. inputs.Except(Outputs).Except(_layers.SelectMany(layer => layer.Inputs ?? []))
                .Where(input => _layers is not [{ Inputs: null }, ..] || input != inputs[0])
                .Select(input => $"no output depends on the input '{input}'"),
        ];
        if (refusals.Length > 0)
            throw new UnsupportedModuleException(module, refusals);
    }

    /// <summary>The layers that give the outputs.</summary>
    public IReadOnlyList<string> Outputs { get; }

    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>For each layer the call whose output it gives; ~i for input i of the network.</summary>
    public IReadOnlyList<int> Sources => _sources;

    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>The calls that the outputs depend on, in their order, as layers.</summary>
    private static SortedDictionary<int, Conversion> Needed(ModuleTrace trace)
    {
        var needed = new SortedDictionary<int, Conversion>();
        var open = new Stack<int>(trace.Outputs.OfType<int>());
        while (open.TryPop(out int number))
        {
            if (number < 0 || needed.ContainsKey(number))
                continue;
            ModuleCall call = trace.Calls[number];
            Conversion conversion = ConverterTable.All.Convert(call);
            needed.Add(number, conversion);
            foreach (int source in conversion.ReadOf(call.Inputs).OfType<int>())
                open.Push(source);
        }
        return needed;
    }

    private void Add(int number, Conversion conversion)
    {
        ModuleCall call = _trace.Calls[number];
        int[] reads = [.. call.Inputs.Select(input => input!.Value)];
        if (conversion.Operator is not { } op)
        {
            _nameOf[number] = _nameOf[reads[0]];
            return;
        }
        string[] inputs = [.. conversion.ReadOf(reads).Select(source => _nameOf[source])];
        TensorShape output = call.OutputShape;
        if (conversion.Shape is { } shape)
        {
            inputs = [AddLayer($"{call.Path}.reshape", new Reshape(shape), inputs, reads[0])];
            output = op.InferShape(shape);
        }
        string name = AddLayer(call.Path, op, inputs, number);
        foreach (Parameter parameter in op.Parameters)
            _weights.Add(
                $"{name}.{parameter.Name}", new Tensor(parameter.Shape, conversion.Weights[parameter.Name]));
        if (output != call.OutputShape)
            name = AddLayer($"{call.Path}.reshaped", new Reshape(call.OutputShape), [name], number);
        _nameOf[number] = name;
    }

    /// <summary>Adds a layer under a name that no other has: a module's second call is its path and "_1", as in
    /// torch.fx.</summary>
    private string AddLayer(string path, Operator op, string[] inputs, int source)
    {
        string name = path;
        for (int use = 1; !_names.Add(name); use++)
            name = $"{path}_{use}";
        string before = _layers.Count == 0 ? _inputs[0] : _layers[^1].Name;
        _layers.Add(new Layer(name, op, inputs is [string only] && only == before ? null : inputs));
        _sources.Add(source);
        return name;
    }

    private static string Described(ModuleCall call) => $"'{call.Path}' ({call.Module.GetType().Name})";
}
