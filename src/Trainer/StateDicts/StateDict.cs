using SoftPool.Files;
using SoftPool.Models;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Pickles;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.StateDicts;

/// <summary>Weights by name, as PyTorch or TorchSharp has saved them.</summary>
/// <param name="Tensors">The tensors of real numbers, as 32-bit floats. Tied weights are one tensor under several
/// names.</param>
/// <param name="Others">The tensors of other types, such as integers, and those without elements: what each is, by
/// name. The counters num_batches_tracked are not among them: they are passed over.</param>
/// <param name="Remarks">What a user should know of the reading: which key was taken.</param>
/// <param name="Model">The model of this program that the file is, which names its own network; null for bare
/// weights.</param>
internal sealed record StateDict(
    IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Others,
    IReadOnlyList<string> Remarks, Model? Model = null)
{
    /// <summary>What PyTorch's batch norm counts in training.</summary>
    private const string Counter = "num_batches_tracked";

    /// <summary>The length before the header of safetensors.</summary>
    private const int BehindLength = sizeof(long);

    /// <summary>A tensor may leave out much of its storage, and may share it. More than this times the file is not
    /// read, or a small file could take time and memory without end.</summary>
    private const int MostTimesFile = 16;

    /// <summary>Reads a file of weights: safetensors, what torch.save writes (in the zip format and in the one before
    /// PyTorch 1.6), or what TorchSharp's Module.save writes. Nothing in the file is executed.</summary>
    /// <param name="path">The file. What it is is told by its content; TorchSharp's by the ending .dat.</param>
    /// <param name="key">Which entry of a checkpoint is the state dict, such as model or ema.model; null to find the
    /// only one.</param>
    /// <exception cref="ModelFormatException">The file is damaged, or of another kind, or holds what is not
    /// read.</exception>
    /// <exception cref="UserErrorException">The file has no state dict, or several, or no such key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static StateDict Read(string path, string? key = null)
    {
        string name = Path.GetFileName(path);
        using FileStream file = RegularFile.OpenRead(path);
        Span<byte> start = stackalloc byte[Math.Max(ForeignFormat.Looked, BehindLength + 1)];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        bool isZip = start.StartsWith("PK\x03\x04"u8);
        try
        {
            // The magic number of the old format, by its opcode and length, behind the pickle's protocol.
            if (isZip || start is [0x80, 2 or 3, 0x8A, 10, ..])
                return Read(
                    isZip ? TorchCheckpoint.OpenZip(file) : TorchCheckpoint.OpenLegacy(file), file.Length, path, key);
            if (key is not null)
                throw new UserErrorException($"--key chooses an entry of a checkpoint of torch.save; {name} is none.");
            if (Path.GetExtension(path).Equals(".dat", StringComparison.OrdinalIgnoreCase))
                return TorchSharpFile.Read(file);
        }
        catch (Exception e) when (e is FormatException or PickleException or ShapeMismatchException
                                      or EndOfStreamException)
        {
            string kind = isZip ? "file of torch.save: " : start is [0x80, ..] ? "file of torch.save before 1.6: "
                : "file of TorchSharp's Module.save: ";
            throw new ModelFormatException(
                $"{name} cannot be read as a {kind}{Excerpt.Of(e.Message.TrimEnd('.'))}.", e);
        }
        bool isJson = start.Length > BehindLength && start[BehindLength] == '{';
        string? other = ForeignFormat.Of(start);
        if (!isJson && (other is not null
            || !Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase)))
            throw new ModelFormatException(
                (other is null ? $"{name} is" : $"{name} is {other},")
                + " no file of weights that is read: safetensors, a file of torch.save, or one of TorchSharp's "
                + "Module.save with the ending .dat" + (other is null ? "." : $"; {ForeignFormat.AdviceFor(other)}."));
        SafetensorsFile safetensors = SafetensorsFile.Read(file, name);
        Model? model = ModelFile.IsModel(safetensors) ? Checkpoint.ModelOf(safetensors, name) : null;
        return new StateDict(model?.Weights ?? safetensors.Tensors, new Dictionary<string, string>(), [], model);
    }

    /// <summary>Whether a tensor of this name only counts batches.</summary>
    public static bool IsCounter(string name) =>
        name == Counter || name.EndsWith($".{Counter}", StringComparison.Ordinal);

    private static StateDict Read(TorchCheckpoint checkpoint, long fileLength, string path, string? key)
    {
        (string? found, PickledDictionary dictionary) = StateDictSearch.Find(checkpoint.Root, path, key);
        var remarks = new List<string>();
        if (found is not null)
            remarks.Add($"the state dict of {path} is its entry {Excerpt.Of(found)}");
        if (StateDictSearch.NoTensorsIn(dictionary) is { } passed)
            remarks.Add($"passed over, because they are no tensors: {passed}");
        var views = new List<(string Name, PickledTensor View)>();
        var others = new Dictionary<string, string>();
        foreach ((string name, object? value) in dictionary.Items)
            if (value is PickledTensor { Storage.Type.IsReal: true, Span: > 0 } view)
                views.Add((name, view));
            else if (value is PickledTensor other && !IsCounter(name))
                others.Add(name, Described(other.Storage.Type, other.Shape));
        long most = MostTimesFile * fileLength;
        if (views.Select(entry => entry.View).DistinctBy(View.Of).Aggregate(
            (Int128)0, (sum, view) => sum + (Int128)view.Span * view.Storage.Type.Width) > most)
            throw new FormatException(
                $"its tensors take more than {MostTimesFile} times the file's {fileLength} bytes");
        var tensors = new Dictionary<string, Tensor>();
        foreach (IGrouping<string, (string Name, PickledTensor View)> shared in
            views.GroupBy(entry => entry.View.Storage.Key))
        {
            byte[] storage = checkpoint.ReadStorage(shared.First().View.Storage);
            foreach (IGrouping<View, (string Name, PickledTensor View)> tied in
                shared.GroupBy(entry => View.Of(entry.View)))
            {
                Tensor tensor = Gather(tied.First().View, storage);
                foreach ((string name, _) in tied)
                    tensors.Add(name, tensor);
            }
        }
        return new StateDict(
            views.ToDictionary(entry => entry.Name, entry => tensors[entry.Name]), others, remarks);
    }

    /// <summary>What a tensor that is not read is, in words.</summary>
    public static string Described(TorchType type, IEnumerable<long> shape) =>
        shape.Any() ? $"{string.Join('x', shape)} of {type.Name}" : $"scalar of {type.Name}";

    private static Tensor Gather(PickledTensor view, byte[] storage)
    {
        PickledStorage held = view.Storage;
        if (storage.Length != held.Count * held.Type.Width)
            throw new FormatException($"its storage {Excerpt.Of(held.Key)} is used as of two lengths");
        TensorShape shape = Shape(view.Shape);
        float[] floats = RealNumbers.Of(
            storage.AsSpan(
                (int)((held.Begin + view.Offset) * held.Type.Width), (int)(view.Span * held.Type.Width)),
            held.Type);
        return new Tensor(shape, IsContiguous(view) ? floats : Contiguous(view, floats, shape.ElementCount));
    }

    /// <exception cref="ShapeMismatchException">No tensor of a network has such a shape.</exception>
    public static TensorShape Shape(IReadOnlyList<long> extents) =>
        new([.. extents.Select(extent => (int)Math.Min(extent, int.MaxValue))]);

    private static bool IsContiguous(PickledTensor view)
    {
        long step = 1;
        for (int axis = view.Shape.Length - 1; axis >= 0; step *= view.Shape[axis], axis--)
            if (view.Shape[axis] > 1 && view.Strides[axis] != step)
                return false;
        return true;
    }

    private static float[] Contiguous(PickledTensor view, float[] floats, int count)
    {
        if (count > view.Storage.Count)
            throw new FormatException(
                $"a tensor of shape {string.Join('x', view.Shape)} repeats the {view.Storage.Count} elements of its "
                + "storage");
        var gathered = new float[count];
        var place = new long[view.Shape.Length];
        long at = 0;
        for (int i = 0; i < count; i++)
        {
            gathered[i] = floats[at];
            for (int axis = place.Length - 1; axis >= 0; axis--)
            {
                at += view.Strides[axis];
                if (++place[axis] < view.Shape[axis])
                    break;
                at -= place[axis] * view.Strides[axis];
                place[axis] = 0;
            }
        }
        return gathered;
    }

    /// <summary>What two tensors have in common that are the same memory seen in the same way.</summary>
    private sealed record View(PickledStorage Storage, long Offset, string Shape, string Strides)
    {
        public static View Of(PickledTensor tensor) => new(
            tensor.Storage, tensor.Offset, string.Join('x', tensor.Shape), string.Join('x', tensor.Strides));
    }
}
