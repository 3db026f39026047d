using System.Text;

namespace SoftPool.Trainer.Data;

/// <summary>CIFAR-10's binary version: one byte of label and 3 x 32 x 32 of image, over and over.</summary>
internal static class Cifar10Binary
{
    /// <summary>Reads data_batch_1.bin to 5 or test_batch.bin.</summary>
    /// <exception cref="DatasetException">The file does not end with a record.</exception>
    public static Cifar10Batch ReadBatch(byte[] content, string path)
    {
        int length = Cifar10Batch.BytesPerImage, record = 1 + length, count = content.Length / record;
        if (count == 0 || content.Length % record != 0)
            throw new DatasetException($"{path} has {content.Length} bytes; a multiple of {record} is expected.");
        var pixels = new byte[count * length];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = content[i * record];
            content.AsSpan(i * record + 1, length).CopyTo(pixels.AsSpan(i * length));
        }
        return new Cifar10Batch(pixels, labels);
    }

    /// <summary>Reads batches.meta.txt: a class a line, in the order of the labels.</summary>
    /// <exception cref="DatasetException">There is none.</exception>
    public static string[] ReadClassNames(byte[] content, string path)
    {
        string[] names = Encoding.UTF8.GetString(content)
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0 ? names : throw new DatasetException($"{path} names no class.");
    }
}
