namespace SoftPool.Trainer.Pickles;

/// <summary>What a pickle says of the type of an array's elements: NumPy's name for it, such as u1.</summary>
internal sealed record PickledType(PickleString Name);

/// <summary>A NumPy array in a pickle: made empty, then given its state once.</summary>
internal sealed class PickledArray
{
    private ReadOnlyMemory<byte> _bytes;
    private bool _isFortran;

    /// <summary>The extents; empty until there is a state.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>Gives the array its elements.</summary>
    /// <exception cref="FormatException">They are no bytes, do not fill the shape, or it has some already.</exception>
    public PickledArray Fill(object?[] shape, PickledType type, bool isFortran, PickleString bytes)
    {
        if (Shape.Count > 0)
            throw new FormatException("it gives an array its content twice");
        if (!type.Name.Is("u1"))
            throw new FormatException("its array is not of bytes, NumPy's u1");
        // Two extents cannot overflow a long once each is at most a file's length.
        if (shape is not [long rows and > 0 and <= int.MaxValue, long columns and > 0 and <= int.MaxValue])
            throw new FormatException("its array has not two positive extents");
        if (rows * columns != bytes.Bytes.Length)
            throw new FormatException($"its array of {rows}x{columns} bytes comes with {bytes.Bytes.Length}");
        Shape = [rows, columns];
        _isFortran = isFortran;
        _bytes = bytes.Bytes;
        return this;
    }

    /// <summary>The elements row by row, whichever way NumPy kept them.</summary>
    public byte[] ToRows()
    {
        byte[] bytes = _bytes.ToArray();
        if (!_isFortran)
            return bytes;
        int rows = (int)Shape[0], columns = (int)Shape[1];
        var sorted = new byte[bytes.Length];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                sorted[row * columns + column] = bytes[column * rows + row];
        return sorted;
    }
}
