using System.Text;
using SoftPool.Files;
using SoftPool.Trainer.Pickles;

namespace SoftPool.Trainer.StateDicts;

/// <summary>What TorchSharp's Module.save writes: the number of tensors, and for each its name, the number of its type,
/// its shape and its elements. All numbers are unsigned and take seven bits a byte (LEB128).</summary>
internal static class TorchSharpFile
{
    private const int LongestName = 1024, MostAxes = 16;

    /// <summary>torch's own numbers of its types.</summary>
    private static readonly Dictionary<long, TorchType> Types = new()
    {
        [0] = TorchType.Of("uint8")!,
        [1] = TorchType.Of("int8")!,
        [2] = TorchType.Of("int16")!,
        [3] = TorchType.Of("int32")!,
        [4] = TorchType.Of("int64")!,
        [5] = TorchType.Float16,
        [6] = TorchType.Float32,
        [7] = TorchType.Float64,
        [9] = TorchType.Of("complex64")!,
        [10] = TorchType.Of("complex128")!,
        [11] = TorchType.Of("bool")!,
        [15] = TorchType.BFloat16,
    };

    /// <exception cref="FormatException">It is no such file.</exception>
    public static StateDict Read(Stream file)
    {
        var tensors = new Dictionary<string, Tensor>();
        var others = new Dictionary<string, string>();
        long count = Number(file);
        for (long index = 0; index < count; index++)
        {
            string name = Name(file);
            long number = Number(file);
            if (!Types.TryGetValue(number, out TorchType? type))
                throw new FormatException($"{name} is of type {number}, which is none of torch's that are read");
            long axes = Number(file);
            if (axes > MostAxes)
                throw new FormatException($"{name} has {axes} axes; at most {MostAxes} are read");
            var shape = new long[axes];
            Int128 elements = 1;
            for (int axis = 0; axis < axes; axis++)
                elements = Int128.Min(elements * (shape[axis] = Number(file)), long.MaxValue);
            Int128 length = elements * type.Width;
            if (length > file.Length - file.Position)
                throw new FormatException(
                    $"{name} claims {length} bytes at byte {file.Position}, "
                    + $"and {file.Length - file.Position} are left");
            if (!type.IsReal || length == 0)
            {
                file.Position += (long)length;
                if (!StateDict.IsCounter(name) && !others.TryAdd(name, StateDict.Described(type, shape)))
                    throw new FormatException($"it has {name} twice");
                continue;
            }
            TensorShape extents = StateDict.Shape(shape);
            if (length > Array.MaxLength)
                throw new FormatException($"{name} takes {length} bytes; at most {Array.MaxLength} are read");
            var bytes = GC.AllocateUninitializedArray<byte>((int)length);
            file.ReadExactly(bytes);
            if (!tensors.TryAdd(name, new Tensor(extents, RealNumbers.Of(bytes, type))))
                throw new FormatException($"it has {name} twice");
        }
        return file.Position == file.Length
            ? new StateDict(tensors, others, [])
            : throw new FormatException(
                $"its {count} tensors end at byte {file.Position}, and it has {file.Length} bytes");
    }

    private static string Name(Stream file)
    {
        long length = Number(file);
        if (length is 0 or > LongestName)
            throw new FormatException(
                $"a name takes {length} bytes at byte {file.Position}; 1 to {LongestName} are expected");
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return Excerpt.Of(Encoding.UTF8.GetString(bytes));
    }

    private static long Number(Stream file)
    {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            int next = file.ReadByte();
            if (next < 0)
                throw new FormatException($"it ends at byte {file.Length}, where a number is expected");
            number |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }
        throw new FormatException($"a number before byte {file.Position} takes more than 9 bytes");
    }
}
