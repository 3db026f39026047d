namespace SoftPool.Native;

/// <summary>Reads and writes structs that begin with their size.</summary>
/// <remarks>The structs are those of version 1, which nobody has yet. Once it is given out, a struct that grows is read
/// from its first size on, the rest as zeros.</remarks>
internal static unsafe class Sized
{
    /// <summary>Reads a struct.</summary>
    /// <exception cref="ArgumentException">It is null, its size is too small, or it has something that is not known
    /// here.</exception>
    public static T Read<T>(T* from) where T : unmanaged
    {
        nuint size = SizeOf(from);
        var more = new ReadOnlySpan<byte>((byte*)from + sizeof(T), (int)(size - (nuint)sizeof(T)));
        return more.ContainsAnyExcept((byte)0)
            ? throw new ArgumentException(
                $"{typeof(T).Name} has {size} bytes, of which this library knows {sizeof(T)}, and the rest is not "
                + "zero: it was made for a newer library.")
            : *from;
    }

    /// <summary>Reads a struct, or gives one of zeros for null.</summary>
    public static T ReadOptional<T>(T* from) where T : unmanaged => from is null ? default : Read(from);

    /// <summary>Refuses a reserved field that is used.</summary>
    /// <exception cref="ArgumentException">It is not 0.</exception>
    public static void CheckReserved(string type, uint reserved)
    {
        if (reserved != 0)
            throw new ArgumentException($"{type}.reserved is {reserved}; expected is 0.");
    }

    /// <summary>Writes all of a struct but its size.</summary>
    /// <exception cref="ArgumentException">It is null, or its size is too small.</exception>
    public static void Write<T>(T* to, in T value) where T : unmanaged
    {
        nuint size = SizeOf(to);
        *to = value;
        *(nuint*)to = size;
    }

    /// <summary>The size that a struct says.</summary>
    /// <exception cref="ArgumentException">It is null, or its size is too small.</exception>
    public static nuint SizeOf<T>(T* of) where T : unmanaged
    {
        if (of is null)
            throw new ArgumentException($"An {typeof(T).Name} is needed; the pointer is null.");
        nuint size = *(nuint*)of;
        return size >= (nuint)sizeof(T) && size <= 65536
            ? size
            : throw new ArgumentException(
                $"{typeof(T).Name}.size is {size}; {sizeof(T)} to 65536 is expected: set it to "
                + $"sizeof({typeof(T).Name}).");
    }
}
