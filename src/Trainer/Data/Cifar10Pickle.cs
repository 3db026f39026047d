using SoftPool.Trainer.Pickles;

namespace SoftPool.Trainer.Data;

/// <summary>CIFAR-10's version for Python: a pickled dictionary in each file.</summary>
internal static class Cifar10Pickle
{
    /// <summary>Reads data_batch_1 to 5 or test_batch: "data", an N x 3072 array of bytes, and "labels", N
    /// numbers.</summary>
    /// <exception cref="DatasetException">It is no pickle of that: the message says where.</exception>
    public static Cifar10Batch ReadBatch(byte[] content, string path)
    {
        if (Item(content, path, "data") is not (IReadOnlyDictionary<string, object?> batch, PickledArray data)
            || data.Shape is not [_, var bytes] || bytes != Cifar10Batch.BytesPerImage)
            throw new DatasetException(
                $"{path} has no array \"data\" of {Cifar10Batch.BytesPerImage} bytes for each image.");
        if (!batch.TryGetValue("labels", out object? value) || value is not List<object?> list
            || !list.TrueForAll(label => label is long))
            throw new DatasetException($"{path} has no list \"labels\" of whole numbers.");
        if (list.Count != data.Shape[0])
            throw new DatasetException($"{path} has {data.Shape[0]} images but {list.Count} labels.");
        // What does not fit is no class either, and is named as such where classes are known.
        return new Cifar10Batch(
            data.ToRows(), [.. list.Select(label => (int)Math.Clamp((long)label!, -1, int.MaxValue))]);
    }

    /// <summary>Reads batches.meta: "label_names", the classes in the order of their labels.</summary>
    /// <exception cref="DatasetException">It is no pickle of that: the message says where.</exception>
    public static string[] ReadClassNames(byte[] content, string path) =>
        Item(content, path, "label_names").Value is List<object?> { Count: > 0 } names
        && names.TrueForAll(name => name is PickleString { Bytes.Length: <= PickleReader.LongestWord })
            ? [.. names.Select(name => name!.ToString()!)]
            : throw new DatasetException($"{path} has no list \"label_names\" of strings.");

    private static (IReadOnlyDictionary<string, object?>? All, object? Value) Item(
        byte[] content, string path, string key)
    {
        try
        {
            IReadOnlyDictionary<string, object?>? all = (PickleReader.Read(content) as PickledDictionary)?.Items;
            return (all, all?.GetValueOrDefault(key));
        }
        catch (PickleException e)
        {
            throw new DatasetException($"{path} cannot be read as a pickle: {e.Message}.", e);
        }
    }
}
