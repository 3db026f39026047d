using TorchSharp;

namespace SoftPool.Torch.Export.Converters;

/// <summary>Which modules become layers, and how. A class that derives from one of them is another module: it may
/// compute something else.</summary>
internal sealed class ConverterTable
{
    /// <summary>All modules that are converted.</summary>
    public static readonly ConverterTable All = new();

    private readonly Dictionary<Type, Func<ModuleCall, Conversion>> _converters = [];

    private ConverterTable()
    {
        Activations.AddTo(this);
        Convolutions.AddTo(this);
        Norms.AddTo(this);
        Pools.AddTo(this);
        Shapes.AddTo(this);
        Arithmetic.AddTo(this);
    }

    /// <summary>The classes of the modules.</summary>
    public IReadOnlyCollection<Type> Types => _converters.Keys;

    public void Add<TModule>(Func<TModule, ModuleCall, Conversion> convert)
        where TModule : torch.nn.Module =>
        _converters.Add(typeof(TModule), call => convert((TModule)call.Module, call));

    /// <summary>The layer of a call.</summary>
    public Conversion Convert(ModuleCall call)
    {
        if (!_converters.TryGetValue(call.Module.GetType(), out Func<ModuleCall, Conversion>? convert))
            return Conversion.Refused("has no operator in the runtime");
        try
        {
            Conversion conversion = convert(call);
            if (conversion.Operator is { } op)
            {
                TensorShape[] inputs =
                    conversion.Shape is { } shape ? [shape] : [.. conversion.ReadOf(call.InputShapes)];
                TensorShape output = op.InferShape(inputs);
                if (conversion.Shape is null ? output != call.OutputShape
                    : output.ElementCount != call.OutputShape.ElementCount)
                    return Conversion.Refused($"gave {call.OutputShape}, and its operator gives {output}");
            }
            return conversion;
        }
        catch (ShapeMismatchException e)
        {
            return Conversion.Refused($"does not fit its operator: {e.Message.TrimEnd('.')}");
        }
    }
}
