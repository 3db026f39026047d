using System.Buffers.Binary;
using System.Text;

namespace SoftPool.Trainer.StateDicts;

/// <summary>The pickle in a file of torch.save: an OrderedDict of contiguous tensors of float32 on the CPU, each with a
/// storage of its own. The bytes are those that Python's pickler writes in protocol 2.</summary>
internal sealed class StateDictPickle
{
    /// <summary>What Python's pickler sets in a dictionary at once.</summary>
    private const int Batch = 1000;

    private readonly List<byte> _bytes = [];
    private readonly Dictionary<string, int> _memo = [];
    private int _kept;

    private StateDictPickle()
    {
    }

    /// <summary>The pickle of weights whose storages are numbered in their order.</summary>
    public static byte[] Of(IReadOnlyDictionary<string, Tensor> weights)
    {
        var pickle = new StateDictPickle();
        pickle.Raw("\x80\u0002");
        pickle.Global("collections", "OrderedDict");
        pickle.Raw(")R");
        pickle.Keep();
        int index = 0;
        foreach (KeyValuePair<string, Tensor>[] batch in weights.Chunk(Batch))
        {
            if (batch.Length > 1)
                pickle.Raw("(");
            foreach ((string name, Tensor tensor) in batch)
            {
                pickle.Text(name, isRepeated: false);
                pickle.Add(tensor, index++);
            }
            pickle.Raw(batch.Length > 1 ? "u" : "s");
        }
        pickle.Raw(".");
        return [.. pickle._bytes];
    }

    private void Add(Tensor tensor, int storage)
    {
        int[] shape = tensor.Shape.Extents.ToArray(), strides = new int[shape.Length];
        int step = 1;
        for (int axis = shape.Length - 1; axis >= 0; step *= shape[axis], axis--)
            strides[axis] = step;
        Global("torch._utils", "_rebuild_tensor_v2");
        Raw("((");
        Text("storage", isRepeated: true);
        Global("torch", "FloatStorage");
        Text($"{storage}", isRepeated: false);
        Text("cpu", isRepeated: true);
        Number(tensor.Data.Length);
        Raw("t");
        Keep();
        Raw("QK\0");
        Tuple(shape);
        Tuple(strides);
        Raw("\x89");
        Global("collections", "OrderedDict");
        Raw(")R");
        Keep();
        Raw("t");
        Keep();
        Raw("R");
        Keep();
    }

    private void Tuple(int[] numbers)
    {
        if (numbers.Length > 3)
            Raw("(");
        foreach (int number in numbers)
            Number(number);
        Raw(numbers.Length switch { 0 => ")", 1 => "\x85", 2 => "\x86", 3 => "\x87", _ => "t" });
        if (numbers.Length > 0)
            Keep();
    }

    private void Global(string module, string name)
    {
        if (Recall($"c{module}\n{name}"))
            return;
        Raw($"c{module}\n{name}\n");
        Keep();
    }

    /// <summary>A text. What is repeated is the same object each time, which the pickler recalls.</summary>
    private void Text(string text, bool isRepeated)
    {
        if (isRepeated && Recall(text))
            return;
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Raw("X");
        Int32(utf8.Length);
        _bytes.AddRange(utf8);
        Keep();
    }

    private void Number(int number)
    {
        if (number <= byte.MaxValue)
            Raw($"K{(char)number}");
        else if (number <= ushort.MaxValue)
            Raw($"M{(char)(number & 0xFF)}{(char)(number >> 8)}");
        else
        {
            Raw("J");
            Int32(number);
        }
    }

    private bool Recall(string what)
    {
        if (_memo.TryAdd(what, _kept))
            return false;
        Index("h", "j", _memo[what]);
        return true;
    }

    private void Keep() => Index("q", "r", _kept++);

    private void Index(string small, string large, int index)
    {
        if (index <= byte.MaxValue)
            Raw($"{small}{(char)index}");
        else
        {
            Raw(large);
            Int32(index);
        }
    }

    private void Raw(string latin1) => _bytes.AddRange(Encoding.Latin1.GetBytes(latin1));

    private void Int32(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        _bytes.AddRange(bytes);
    }
}
