namespace SoftPool.Trainer.Pickles;

/// <summary>
/// The few of Python's names that pickles of CIFAR-10 and of PyTorch's state dicts use, and what each call means as
/// data. Nothing is looked up or made by a name beyond this list.
/// </summary>
/// <param name="Name">The name with its module.</param>
internal sealed record PickleGlobal(string Name)
{
    private static readonly Dictionary<string, Func<object?[], object?>> Calls = new()
    {
        ["numpy.core.multiarray._reconstruct"] = arguments =>
            arguments is [PickleGlobal { Name: "numpy.ndarray" }, object?[] and [0L], PickleString]
                ? new PickledArray() : Wrong,
        ["numpy.core.numeric._frombuffer"] = arguments =>
            arguments is [PickleString bytes, PickledType of, object?[] shape, PickleString order, .. [] or [null]]
            && (order.Is("C") || order.Is("F"))
                ? new PickledArray().Fill(shape, of, order.Is("F"), bytes) : Wrong,
        ["numpy.core.multiarray.scalar"] = arguments =>
            arguments is [PickledType, PickleString] ? new PickledObject() : Wrong,
        ["numpy.ndarray"] = _ => Wrong,
        ["numpy.dtype"] = arguments => arguments is [PickleString type, ..] ? new PickledType(type) : Wrong,
        ["_codecs.encode"] = arguments =>
            arguments is [PickleString text, PickleString encoding] && encoding.Is("latin1")
                ? text.EncodeLatin1() : Wrong,

        ["collections.OrderedDict"] = MakeDictionary,
        ["collections.Counter"] = MakeDictionary,
        ["collections.defaultdict"] = arguments => arguments is [PickleGlobal or null]
            ? new PickledDictionary() : Wrong,
        ["builtins.dict"] = MakeDictionary,
        ["builtins.list"] = _ => Wrong,
        ["builtins.int"] = _ => Wrong,
        ["builtins.float"] = _ => Wrong,
        ["argparse.Namespace"] = arguments => arguments is [] ? new PickledObject() : Wrong,

        ["torch._utils._rebuild_tensor"] = arguments =>
            arguments is [PickledStorage storage, long offset, object?[] shape, object?[] strides]
                ? PickledTensor.Of(storage, offset, shape, strides) : Wrong,
        ["torch._utils._rebuild_tensor_v2"] = arguments =>
            arguments is [PickledStorage storage, long offset, object?[] shape, object?[] strides, bool, _, ..]
            && arguments.Length <= 7
                ? PickledTensor.Of(storage, offset, shape, strides) : Wrong,
        ["torch._utils._rebuild_parameter"] = arguments =>
            arguments is [PickledTensor data, bool, _] ? data : Wrong,
        ["torch._utils._rebuild_parameter_with_state"] = arguments =>
            arguments is [PickledTensor data, bool, _, _] ? data : Wrong,
        ["torch._tensor._rebuild_from_type_v2"] = arguments =>
            arguments is [PickleGlobal { Name: "torch._utils._rebuild_tensor_v2" } make,
                          PickleGlobal { Name: "torch.Tensor" or "torch.nn.parameter.Parameter" }, object?[] given, _]
                ? make.Call(given) : Wrong,
        ["torch.Tensor"] = _ => Wrong,
        ["torch.nn.parameter.Parameter"] = _ => Wrong,
        ["torch.Size"] = arguments => arguments is [object?[] extents] ? extents : Wrong,
        ["torch.device"] = arguments => arguments is [PickleString, .. [] or [long]] ? new PickledObject() : Wrong,
    };

    /// <summary>Stands for a result that there is none of: the call has arguments that are not read.</summary>
    private static readonly object Wrong = new();

    /// <summary>The type of the elements, if this is one of torch's classes of storages.</summary>
    public TorchType? StorageType => Name.StartsWith("torch.", StringComparison.Ordinal)
        ? TorchType.OfStorage(Name["torch.".Length..]) : null;

    /// <summary>The known thing of a name; null for all others.</summary>
    public static PickleGlobal? Find(string module, string name)
    {
        // NumPy 2 and Python 2 call these modules by other names.
        string whole = $"{module switch
        {
            "numpy._core.multiarray" => "numpy.core.multiarray",
            "numpy._core.numeric" => "numpy.core.numeric",
            "__builtin__" => "builtins",
            _ => module,
        }}.{name}";
        return Calls.ContainsKey(whole)
            || (module == "torch" && (TorchType.OfStorage(name) ?? TorchType.Of(name)) is not null)
                ? new PickleGlobal(whole) : null;
    }

    /// <summary>What Python would get by calling it.</summary>
    /// <exception cref="FormatException">The arguments are not those that are read.</exception>
    public object? Call(object?[] arguments) =>
        Calls.TryGetValue(Name, out Func<object?[], object?>? call) && call(arguments) is var result && result != Wrong
            ? result
            : throw new FormatException(
                $"it calls {Name} with other arguments than a tensor or an array of bytes needs");

    /// <summary>Gives what a call made the state that was pickled with it.</summary>
    /// <exception cref="FormatException">The state is not of the kind that NumPy and torch write.</exception>
    public static void Build(object? target, object? state)
    {
        if (target is PickledArray array && state is object?[] and
            [1L, object?[] shape, PickledType type, bool isFortran, PickleString bytes])
            array.Fill(shape, type, isFortran, bytes);
        // Of a type: byte order and fields, which a type of single bytes does not have. Of a state dict: the versions
        // of its modules, _metadata.
        else if (!(target is PickledType && state is object?[])
            && !(target is PickledDictionary or PickledObject && state is PickledDictionary))
            throw new FormatException("it gives a state that is not that of an array of bytes or a dictionary");
    }

    private static object? MakeDictionary(object?[] arguments)
    {
        if (arguments is [PickledDictionary given])
            return given;
        var made = new PickledDictionary();
        // Python 2 gives the items of an OrderedDict as a list of lists.
        if (arguments is [List<object?> items])
            foreach (object? item in items)
                if (((item as List<object?>)?.ToArray() ?? item as object?[]) is [var key, var value])
                    made.Set(key, value);
                else
                    return Wrong;
        else if (arguments.Length > 0)
            return Wrong;
        return made;
    }
}

/// <summary>An object in a pickle that nothing is asked of: a number of NumPy, a command line's options.</summary>
internal sealed class PickledObject;
