namespace SoftPool.Trainer.Pickles;

/// <summary>The type of a tensor's elements, by torch's name for it.</summary>
/// <param name="Name">The name: float32.</param>
/// <param name="Width">The bytes of an element.</param>
internal sealed record TorchType(string Name, int Width)
{
    public static readonly TorchType
        Float32 = new("float32", 4), Float64 = new("float64", 8), Float16 = new("float16", 2),
        BFloat16 = new("bfloat16", 2);

    private static readonly (TorchType Type, string Storage)[] All =
    [
        (Float32, "FloatStorage"), (Float64, "DoubleStorage"), (Float16, "HalfStorage"),
        (BFloat16, "BFloat16Storage"), (new("int64", 8), "LongStorage"), (new("int32", 4), "IntStorage"),
        (new("int16", 2), "ShortStorage"), (new("int8", 1), "CharStorage"), (new("uint8", 1), "ByteStorage"),
        (new("bool", 1), "BoolStorage"), (new("complex64", 8), "ComplexFloatStorage"),
        (new("complex128", 16), "ComplexDoubleStorage"),
    ];

    /// <summary>Whether the elements are real numbers that become 32-bit floats.</summary>
    public bool IsReal => this == Float32 || this == Float64 || this == Float16 || this == BFloat16;

    /// <summary>The type whose elements a storage class of torch holds: FloatStorage; null for all others.</summary>
    public static TorchType? OfStorage(string name) => Array.Find(All, entry => entry.Storage == name).Type;

    /// <summary>The type of a name; null for all others.</summary>
    public static TorchType? Of(string name) => Array.Find(All, entry => entry.Type.Name == name).Type;
}
