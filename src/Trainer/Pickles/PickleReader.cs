using System.Buffers.Binary;
using System.Text;
using SoftPool.Files;

namespace SoftPool.Trainer.Pickles;

/// <summary>
/// Reads a pickle as data: numbers, strings, lists, tuples, dictionaries, NumPy's arrays of bytes and torch's tensors.
/// It runs the opcodes on a stack as Python does, but knows no name beyond <see cref="PickleGlobal"/> and executes
/// nothing. Time and memory are bounded by the file's length and a number of operations, whatever the file claims.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>In bytes; no key, name or class is nearly as long.</summary>
    public const int LongestWord = 256;

    /// <summary>A batch of CIFAR-10 takes some 40,000; a tensor of a state dict takes 30.</summary>
    private const int MostOperations = 1 << 20;

    private readonly ReadOnlyMemory<byte> _content;
    private readonly ICollection<PickledStorage>? _storages;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memo = [];
    private int _position, _operation;
    private long _taken;

    private PickleReader(ReadOnlyMemory<byte> content, int position, ICollection<PickledStorage>? storages) =>
        (_content, _position, _storages) = (content, position, storages);

    /// <summary>
    /// Reads the one value of a pickle that fills the content: null, bool, long, double, <see cref="Int128"/> for what
    /// takes 9 to 16 bytes, <see cref="PickleString"/>, List, object?[] for a tuple, <see cref="PickledDictionary"/>,
    /// <see cref="PickledArray"/>, <see cref="PickledTensor"/>, or what <see cref="PickleGlobal"/> makes.
    /// </summary>
    /// <exception cref="PickleException">The content holds anything else: the message names the byte.</exception>
    public static object? Read(ReadOnlyMemory<byte> content)
    {
        int position = 0;
        object? value = ReadNext(content, ref position);
        return position == content.Length
            ? value
            : throw new PickleException(
                $"at byte {position - 1} it ends, but {content.Length - position} bytes follow");
    }

    /// <summary>The same of a pickle that begins within the content, and others may follow.</summary>
    /// <param name="content">What holds the pickle.</param>
    /// <param name="position">Where it begins; set behind its end.</param>
    /// <param name="storages">Gets every storage that the pickle names, if given.</param>
    /// <exception cref="PickleException">As of <see cref="Read"/>.</exception>
    public static object? ReadNext(
        ReadOnlyMemory<byte> content, ref int position, ICollection<PickledStorage>? storages = null)
    {
        var reader = new PickleReader(content, position, storages);
        try
        {
            object? value = reader.Run();
            position = reader._position;
            return value;
        }
        catch (FormatException e)
        {
            throw new PickleException($"at byte {reader._operation} {e.Message}", e);
        }
    }

    private object? Run()
    {
        for (int count = 0; count < MostOperations; count++)
        {
            _operation = _position;
            var opcode = (PickleOpcode)Take(1)[0];
            if (opcode == PickleOpcode.Stop)
                return Finish();
            Execute(opcode);
        }
        throw new FormatException($"it has gone on for {MostOperations} operations, more than are read");
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto when Take(1)[0] <= 5: break;
            case PickleOpcode.Frame: Check(TakeUInt64()); break;
            case PickleOpcode.Mark: _marks.Push(_stack.Count); break;
            case PickleOpcode.None: _stack.Add(null); break;
            case PickleOpcode.NewTrue: _stack.Add(true); break;
            case PickleOpcode.NewFalse: _stack.Add(false); break;
            case PickleOpcode.BinInt: _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case PickleOpcode.BinInt1: _stack.Add((long)Take(1)[0]); break;
            case PickleOpcode.BinInt2: _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case PickleOpcode.Long1: PushLong(Take(1)[0]); break;
            case PickleOpcode.BinFloat: _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;

            case PickleOpcode.ShortBinString or PickleOpcode.ShortBinBytes:
                PushString(Take(1)[0], isText: false);
                break;
            case PickleOpcode.BinString or PickleOpcode.BinBytes: PushString(TakeUInt32(), isText: false); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: PushString(TakeUInt64(), isText: false); break;
            case PickleOpcode.ShortBinUnicode: PushString(Take(1)[0], isText: true); break;
            case PickleOpcode.BinUnicode: PushString(TakeUInt32(), isText: true); break;
            case PickleOpcode.BinUnicode8: PushString(TakeUInt64(), isText: true); break;

            case PickleOpcode.EmptyDict: _stack.Add(new PickledDictionary()); break;
            case PickleOpcode.EmptyList: _stack.Add(new List<object?>()); break;
            case PickleOpcode.EmptyTuple: _stack.Add(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple: _stack.Add(PopToMark()); break;
            case PickleOpcode.Tuple1: _stack.Add(Pop(1)); break;
            case PickleOpcode.Tuple2: _stack.Add(Pop(2)); break;
            case PickleOpcode.Tuple3: _stack.Add(Pop(3)); break;
            case PickleOpcode.Append: Append(Pop(1)); break;
            case PickleOpcode.Appends: Append(PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;

            case PickleOpcode.BinPut: _memo[Take(1)[0]] = Top(); break;
            case PickleOpcode.LongBinPut: _memo[TakeUInt32()] = Top(); break;
            case PickleOpcode.Memoize: _memo[_memo.Count] = Top(); break;
            case PickleOpcode.BinGet: Recall(Take(1)[0]); break;
            case PickleOpcode.LongBinGet: Recall(TakeUInt32()); break;

            case PickleOpcode.Global: PushGlobal(TakeLine(), TakeLine()); break;
            case PickleOpcode.StackGlobal when Pop(2) is [PickleString module, PickleString name]:
                PushGlobal(Word(module), Word(name));
                break;
            case PickleOpcode.Reduce when Pop(2) is [PickleGlobal global, object?[] arguments]:
                Reduce(global, arguments);
                break;
            case PickleOpcode.NewObj when Pop(2) is [PickleGlobal { Name: "argparse.Namespace" } made, object?[] given]:
                Reduce(made, given);
                break;
            case PickleOpcode.BinPersId: PushStorage(PickledStorage.Of(Pop(1)[0])); break;
            case PickleOpcode.Build:
                object? state = Pop(1)[0];
                PickleGlobal.Build(Top(), state);
                break;
            default:
                throw new FormatException(
                    $"opcode 0x{(byte)opcode:x2} is none that is read, or is used otherwise");
        }
    }

    private object? Finish()
    {
        if (_marks.Count > 0 || _stack.Count != 1)
            throw new FormatException($"it ends with {_stack.Count} values in place of one");
        return _stack[0];
    }

    private void Append(object?[] items)
    {
        if (Top() is not List<object?> list)
            throw new FormatException("it appends to what is no list");
        list.AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (Top() is not PickledDictionary dictionary || items.Length % 2 != 0)
            throw new FormatException("it sets items of what is no dictionary, or a key without a value");
        for (int i = 0; i < items.Length; i += 2)
            dictionary.Set(items[i], items[i + 1]);
    }

    private void PushGlobal(string module, string name) => _stack.Add(PickleGlobal.Find(module, name)
        ?? throw new FormatException(
            $"it names {Excerpt.Of(module)}.{Excerpt.Of(name)}, and nothing but tensors, dictionaries and arrays of "
            + "bytes is read from pickles"));

    private void Reduce(PickleGlobal global, object?[] arguments)
    {
        object? result = global.Call(arguments);
        // Each string and list need be taken but once; one taken again and again would take time and memory without
        // end.
        _taken += result is PickleString encoded ? encoded.Bytes.Length
            : arguments is [List<object?> list] ? list.Count : 0;
        if (_taken > _content.Length)
            throw new FormatException("it has encoded more than the file holds");
        _stack.Add(result);
    }

    private void PushStorage(PickledStorage storage)
    {
        _storages?.Add(storage);
        _stack.Add(storage);
    }

    private void Recall(long index) => _stack.Add(_memo.TryGetValue(index, out object? value)
        ? value
        : throw new FormatException($"it recalls value {index}, which it has not kept"));

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw TooFewValues();

    private object?[] Pop(int count) =>
        _stack.Count - Floor >= count ? PopDownTo(_stack.Count - count) : throw TooFewValues();

    private object?[] PopToMark() => _marks.TryPop(out int mark) ? PopDownTo(mark) : throw TooFewValues();

    private object?[] PopDownTo(int height)
    {
        object?[] values = [.. _stack[height..]];
        _stack.RemoveRange(height, values.Length);
        return values;
    }

    private int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    private static FormatException TooFewValues() => new("it uses more values than are on its stack");

    /// <summary>A key or a name: short, so that reading one over and over costs little.</summary>
    private static string Word(object? value) => value is PickleString { Bytes.Length: <= LongestWord } word
        ? word.ToString()
        : throw new FormatException($"a key or name is no string of at most {LongestWord} bytes");

    private void PushString(ulong length, bool isText)
    {
        int start = _position;
        Take(length);
        _stack.Add(new PickleString(_content.Slice(start, (int)length), isText));
    }

    private string TakeLine()
    {
        int length = _content.Span.Slice(
            _position, Math.Min(LongestWord, _content.Length - _position)).IndexOf((byte)'\n');
        return length >= 0
            ? Encoding.UTF8.GetString(Take((ulong)length + 1)[..length])
            : throw new FormatException($"a name does not end within {LongestWord} bytes");
    }

    /// <summary>Pushes a long, or an Int128 where the number takes more bytes.</summary>
    private void PushLong(int length)
    {
        const int Longest = 16;
        if (length is 0 or > Longest)
            throw new FormatException($"a number takes {length} bytes; 1 to {Longest} are expected");
        Span<byte> number = stackalloc byte[Longest];
        ReadOnlySpan<byte> given = Take((ulong)length);
        number.Fill(given[^1] >= 0x80 ? (byte)0xff : (byte)0);
        given.CopyTo(number);
        Int128 value = BinaryPrimitives.ReadInt128LittleEndian(number);
        if (length <= sizeof(long))
            _stack.Add((long)value);
        else
            _stack.Add(value);
    }

    private uint TakeUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong TakeUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(ulong length)
    {
        Check(length);
        _position += (int)length;
        return _content.Span.Slice(_position - (int)length, (int)length);
    }

    private void Check(ulong length)
    {
        int left = _content.Length - _position;
        if (length > (ulong)left)
            throw new FormatException($"it needs {length} more bytes, and {left} are left");
    }
}
