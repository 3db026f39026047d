namespace SoftPool.Trainer.Pickles;

/// <summary>What a pickle says of a storage, whose elements lie outside of it.</summary>
/// <param name="Type">The type of the elements.</param>
/// <param name="Key">The name under which the elements lie.</param>
/// <param name="Count">The number of elements under that name.</param>
/// <param name="Begin">The first element that belongs to this storage: in files from before PyTorch 0.4 one storage
/// may be a view of another.</param>
/// <param name="Length">The number of elements that belong to it.</param>
internal sealed record PickledStorage(TorchType Type, string Key, long Count, long Begin, long Length)
{
    /// <summary>Makes it of the tuple that torch.save writes as a persistent id.</summary>
    /// <exception cref="FormatException">The tuple is not such a one.</exception>
    public static PickledStorage Of(object? id)
    {
        if (id is object?[] and [PickleString kind, PickleGlobal type, PickleString key, PickleString, long count,
                                 .. var rest] && kind.Is("storage")
            && type.StorageType is { } elements && key.Bytes.Length <= PickleReader.LongestWord && count >= 0
            && rest is [] or [null] or [object?[] and [PickleString, long, long]])
        {
            (long begin, long length) = rest is [object?[] and [_, long viewBegin, long viewLength]]
                ? (viewBegin, viewLength) : (0, count);
            return begin >= 0 && length >= 0 && begin <= count && length <= count - begin
                ? new PickledStorage(elements, key.ToString(), count, begin, length)
                : throw new FormatException($"a view of {length} elements from {begin} leaves its storage of {count}");
        }
        throw new FormatException("its persistent id is not that of a storage of torch");
    }
}

/// <summary>A tensor in a pickle: a view of a storage. The view lies within the storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">The element of the storage at which the tensor begins.</param>
/// <param name="Shape">The extents, outermost axis first.</param>
/// <param name="Strides">The step along each axis, in elements.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    private const int MostAxes = 16;

    /// <summary>The number of elements of the storage from the tensor's first to its last; 0 for a tensor without
    /// elements.</summary>
    public long Span { get; private init; }

    /// <exception cref="FormatException">The view has no sense or leaves its storage.</exception>
    public static PickledTensor Of(PickledStorage storage, long offset, object?[] shape, object?[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > MostAxes
            || !shape.Concat(strides).All(number => number is >= 0L) || offset < 0)
            throw new FormatException(
                "a tensor's offset, shape and strides are not numbers of at least 0, a stride for each extent");
        long[] extents = [.. shape.Cast<long>()], steps = [.. strides.Cast<long>()];
        // In 128 bits neither the products nor the sum of 16 of them overflow.
        Int128 last = 0;
        foreach ((long extent, long step) in extents.Zip(steps))
            last += (Int128)Math.Max(extent - 1, 0) * step;
        bool isEmpty = extents.Contains(0);
        if (isEmpty ? offset > storage.Length : offset + last >= storage.Length)
            throw new FormatException(
                $"a tensor of shape {string.Join('x', extents)}, strides {string.Join('x', steps)} and offset "
                + $"{offset} leaves its storage of {storage.Length} elements");
        return new PickledTensor(storage, offset, extents, steps) { Span = isEmpty ? 0 : (long)last + 1 };
    }
}
