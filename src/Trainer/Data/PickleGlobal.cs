namespace SoftPool.Trainer.Data;

/// <summary>
/// The few of Python's names that pickles of CIFAR-10 call, and what each call means as data. Nothing is looked up or
/// made by a name beyond this list.
/// </summary>
internal sealed record PickleGlobal(string Name)
{
    private static readonly PickleGlobal
        Reconstruct = new("_reconstruct"), FromBuffer = new("_frombuffer"), Array = new("ndarray"),
        Type = new("dtype"), Encode = new("encode");

    /// <summary>The known thing of a name; null for all others.</summary>
    public static PickleGlobal? Find(string module, string name) => (module, name) switch
    {
        // NumPy 2 calls numpy.core by another name.
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => Reconstruct,
        ("numpy.core.numeric" or "numpy._core.numeric", "_frombuffer") => FromBuffer,
        ("numpy", "ndarray") => Array,
        ("numpy", "dtype") => Type,
        ("_codecs", "encode") => Encode,
        _ => null,
    };

    /// <summary>What Python would get by calling it.</summary>
    /// <exception cref="FormatException">No array of bytes is pickled with such arguments.</exception>
    public object Call(object?[] arguments)
    {
        if (this == Reconstruct && arguments is [PickleGlobal made, object?[] and [0L], PickleString] && made == Array)
            return new PickledArray();
        if (this == Type && arguments is [PickleString type, ..])
            return new PickledType(type);
        if (this == Encode && arguments is [PickleString text, PickleString encoding] && encoding.Is("latin1"))
            return text.EncodeLatin1();
        if (this == FromBuffer
            && arguments is [PickleString bytes, PickledType of, object?[] shape, PickleString order, .. [] or [null]]
            && (order.Is("C") || order.Is("F")))
            return new PickledArray().Fill(shape, of, order.Is("F"), bytes);
        throw new FormatException($"it calls {Name} with other arguments than an array of bytes needs");
    }

    /// <summary>Gives what a call made the state that was pickled with it.</summary>
    /// <exception cref="FormatException">The state is not of the kind that NumPy writes.</exception>
    public static void Build(object? target, object? state)
    {
        if (target is PickledArray array && state is object?[] and
            [1L, object?[] shape, PickledType type, bool isFortran, PickleString bytes])
            array.Fill(shape, type, isFortran, bytes);
        // Byte order and fields: a type of single bytes has neither.
        else if (target is not PickledType || state is not object?[])
            throw new FormatException("it gives a state that is not that of an array of bytes");
    }
}
