using System.Buffers.Binary;
using System.Text;

namespace SoftPool.Trainer.Tests.Pickles;

/// <summary>Writes pickles as Python 2's cPickle and NumPy did in protocol 2: those of the published
/// CIFAR-10.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];
    private int _kept = 1; // cPickle counts from 1.

    public PickleWriter Raw(string latin1)
    {
        _bytes.AddRange(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    public PickleWriter Keep() => _kept < 256 ? Raw($"q{(char)_kept++}") : Raw("r").Int32(_kept++);

    public PickleWriter Number(int value) =>
        value is >= 0 and < 256 ? Raw($"K{(char)value}")
        : value is >= 0 and < 65536 ? Raw($"M{(char)(value & 255)}{(char)(value >> 8)}")
        : Raw("J").Int32(value);

    public PickleWriter String(string value) => Raw($"U{(char)value.Length}{value}").Keep();

    public PickleWriter List<T>(IEnumerable<T> items, Func<T, PickleWriter> write)
    {
        Raw("]").Keep();
        foreach (T[] thousand in items.Chunk(1000))
        {
            Raw("(");
            foreach (T item in thousand)
                write(item);
            Raw("e");
        }
        return this;
    }

    public PickleWriter Array(int rows, int columns, byte[] content)
    {
        Raw("cnumpy.core.multiarray\n_reconstruct\n").Keep().Raw("cnumpy\nndarray\n").Keep().Raw("K\0\x85").Keep();
        String("b").Raw("\x87").Keep().Raw("R").Keep();
        Raw("(K\u0001").Number(rows).Number(columns).Raw("\x86").Keep();
        Raw("cnumpy\ndtype\n").Keep().String("u1").Raw("K\0K\u0001\x87").Keep().Raw("R").Keep();
        Raw("(K\u0003").String("|").Raw("NNN").Number(-1).Number(-1).Raw("K\0t").Keep().Raw("b");
        Raw("\x89T").Int32(content.Length);
        _bytes.AddRange(content);
        return Keep().Raw("t").Keep().Raw("b");
    }

    public byte[] ToArray() => [.. _bytes];

    /// <summary>A batch like data_batch_1, with the same keys in the same order.</summary>
    public static byte[] Batch(byte[] pixels, int[] labels)
    {
        var writer = new PickleWriter();
        writer.Raw("\x80\u0002}").Keep().Raw("(");
        writer.String("batch_label").String("training batch 1 of 5");
        writer.String("labels").List(labels, writer.Number);
        writer.String("data").Array(pixels.Length / 3072, 3072, pixels);
        writer.String("filenames").List(labels.Select((_, i) => $"picture_s_{i:d6}.png"), writer.String);
        return writer.Raw("u.").ToArray();
    }

    /// <summary>The file batches.meta.</summary>
    public static byte[] Meta(params string[] names)
    {
        var writer = new PickleWriter();
        writer.Raw("\x80\u0002}").Keep().Raw("(").String("num_cases_per_batch").Number(10000);
        writer.String("label_names").List(names, writer.String);
        return writer.String("num_vis").Number(3072).Raw("u.").ToArray();
    }

    private PickleWriter Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }
}
