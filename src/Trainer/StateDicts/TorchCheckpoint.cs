using System.Buffers.Binary;
using System.Text;
using SoftPool.Files;
using SoftPool.Trainer.Pickles;

namespace SoftPool.Trainer.StateDicts;

/// <summary>What torch.save has written: an object as data, and the storages of its tensors, which are read when they
/// are asked for.</summary>
/// <param name="Root">The object.</param>
/// <param name="ReadStorage">Gives the bytes of a storage.</param>
internal sealed record TorchCheckpoint(object? Root, Func<PickledStorage, byte[]> ReadStorage)
{
    private const long LargestPickle = 64 << 20;

    /// <summary>Opens the file that PyTorch has written since 1.6: a zip archive of a pickle, data.pkl, and a file for
    /// each storage, in one folder.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
    /// <exception cref="PickleException">The pickle holds what is not read.</exception>
    public static TorchCheckpoint OpenZip(Stream file)
    {
        const string Pickle = "/data.pkl";
        var zip = new StoredZip(file);
        string[] pickles =
            [.. zip.Names.Where(name => name.IndexOf('/') is > 0 and var end && name[end..] == Pickle)];
        if (pickles.Length != 1)
            throw new FormatException(
                $"it has {pickles.Length} entries FOLDER{Pickle}; a file of torch.save has one");
        string folder = pickles[0][..^Pickle.Length];
        if (zip.LengthOf($"{folder}/constants.pkl") is not null)
            throw new FormatException(
                "it is a TorchScript program, with code; save the state dict of the module: "
                + "torch.save(module.state_dict(), FILE)");
        if (zip.LengthOf($"{folder}/byteorder") is not null
            && Encoding.ASCII.GetString(zip.Read($"{folder}/byteorder")) is not "little" and var order)
            throw new FormatException($"its byte order is {Excerpt.Of(order)}; little is expected");
        if (zip.LengthOf(pickles[0]) > LargestPickle)
            throw new FormatException(
                $"its {pickles[0]} has {zip.LengthOf(pickles[0])} bytes; at most {LargestPickle} are read");
        object? root = PickleReader.Read(zip.Read(pickles[0]));
        return new TorchCheckpoint(root, storage =>
        {
            string name = $"{folder}/data/{storage.Key}";
            CheckLength(storage, zip.LengthOf(name)
                ?? throw new FormatException($"it has no entry {Excerpt.Of(name)}, which a tensor lies in"));
            return zip.Read(name);
        });
    }

    /// <summary>Opens the file that PyTorch wrote before 1.6: a magic number, the protocol, the system, the object and
    /// the storages' keys, each a pickle; then the storages, each behind the number of its elements.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
    /// <exception cref="PickleException">A pickle holds what is not read.</exception>
    public static TorchCheckpoint OpenLegacy(Stream file)
    {
        // The file's own beginning; no list of weights is longer.
        var start = new byte[Math.Min(file.Length, LargestPickle)];
        file.Position = 0;
        file.ReadExactly(start);
        int at = 0;
        if (PickleReader.ReadNext(start, ref at) is not Int128 magic || magic != Magic)
            throw new FormatException("it does not begin with the magic number of torch.save");
        if (PickleReader.ReadNext(start, ref at) is not 1001L)
            throw new FormatException($"its protocol is another than 1001 before byte {at}");
        if (PickleReader.ReadNext(start, ref at) is not PickledDictionary system
            || system.Items.GetValueOrDefault("little_endian") is not true)
            throw new FormatException($"it is not of a little-endian system, or does not say so before byte {at}");
        List<PickledStorage> storages = [];
        object? root = PickleReader.ReadNext(start, ref at, storages);
        if (PickleReader.ReadNext(start, ref at) is not List<object?> keys
            || keys.Find(key => key is not PickleString { Bytes.Length: <= PickleReader.LongestWord }) is not null)
            throw new FormatException($"it has no list of its storages' keys before byte {at}");
        Dictionary<string, TorchType> types = [];
        foreach (PickledStorage storage in storages)
            if (!types.TryAdd(storage.Key, storage.Type) && types[storage.Key] != storage.Type)
                throw new FormatException($"its storage {Excerpt.Of(storage.Key)} is of two types");
        var places = new Dictionary<string, (long Begin, long Length)>();
        long place = at;
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (string key in keys.Select(key => key!.ToString()!))
        {
            if (!types.TryGetValue(key, out TorchType? type))
                throw new FormatException($"no tensor lies in its storage {Excerpt.Of(key)}");
            file.Position = place;
            if (file.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) < number.Length)
                throw new FormatException($"it ends before its storage {Excerpt.Of(key)}");
            place += number.Length;
            long count = BinaryPrimitives.ReadInt64LittleEndian(number);
            if (count < 0 || count > (file.Length - place) / type.Width)
                throw new FormatException(
                    $"its storage {Excerpt.Of(key)} claims {count} elements at byte {place}, and "
                    + $"{file.Length - place} bytes are left");
            if (!places.TryAdd(key, (place, count * type.Width)))
                throw new FormatException($"it has two storages {Excerpt.Of(key)}");
            place += count * type.Width;
        }
        if (place != file.Length)
            throw new FormatException($"its storages end at byte {place}, and it has {file.Length} bytes");
        return new TorchCheckpoint(root, storage =>
        {
            (long begin, long length) = places.TryGetValue(storage.Key, out var found)
                ? found
                : throw new FormatException($"it has no storage {Excerpt.Of(storage.Key)}, which a tensor lies in");
            CheckLength(storage, length);
            var bytes = GC.AllocateUninitializedArray<byte>((int)length);
            file.Position = begin;
            file.ReadExactly(bytes);
            return bytes;
        });
    }

    /// <summary>0x1950a86a20f9469cfc6c, ten bytes.</summary>
    private static Int128 Magic => new(0x1950, 0xa86a20f9469cfc6c);

    private static void CheckLength(PickledStorage storage, long length)
    {
        if (length > Array.MaxLength)
            throw new FormatException(
                $"its storage {Excerpt.Of(storage.Key)} has {length} bytes; at most {Array.MaxLength} are read");
        if (length % storage.Type.Width != 0 || length / storage.Type.Width != storage.Count)
            throw new FormatException(
                $"its storage {Excerpt.Of(storage.Key)} has {length} bytes; {storage.Count} elements of "
                + $"{storage.Type.Name} are expected");
    }
}
