using System.Text;

namespace SoftPool.Files;

/// <summary>Knows other programs' model files by their first bytes, so that a refusal can say what the file
/// is.</summary>
internal static class ForeignFormat
{
    /// <summary>The bytes at which it looks.</summary>
    public const int Looked = 512;

    /// <summary>The first tags that may follow the version in an ONNX file: producer, domain, versions, text, graph,
    /// opsets, metadata.</summary>
    private static ReadOnlySpan<byte> OnnxTags => [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72];

    /// <summary>What follows the protocol in what torch.save and pickle.dump write.</summary>
    private static ReadOnlySpan<byte> PickleOperations => [0x8A, (byte)'}', (byte)']', (byte)'c', 0x95];

    /// <summary>What a file is by its first bytes, as a sentence goes on behind "is"; null where it is none of
    /// them.</summary>
    public static string? Of(ReadOnlySpan<byte> start)
    {
        // The header of a safetensors file, whatever its length reads as.
        if (start.Length < 4 || (start.Length > 8 && start[8] == '{'))
            return null;
        if (start.StartsWith("PK\x03\x04"u8))
            return start.IndexOf("/data.pkl"u8) >= 0 ? "a PyTorch checkpoint (a zip archive)" : "a zip archive";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]))
            return "a gzip archive";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10]))
            return "an HDF5 file, as Keras writes";
        if (start.StartsWith("GGUF"u8))
            return "a GGUF file, as llama.cpp reads";
        if (start.StartsWith("7767517\n"u8))
            return "an ncnn model's layers";
        if (start.StartsWith("version https://git-lfs"u8))
            return "a pointer of Git LFS";
        if (Ascii.EqualsIgnoreCase(start[..Math.Min(5, start.Length)], "<html"u8)
            || Ascii.EqualsIgnoreCase(start[..Math.Min(14, start.Length)], "<!doctype html"u8))
            return "a web page";
        if (start.StartsWith("<?xml"u8) || start.StartsWith("<net "u8))
            return "an XML file, as OpenVINO models are";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']))
            return "a NumPy array";
        if (start[4..].StartsWith("TFL3"u8))
            return "a TensorFlow Lite model";
        if (start[0] == 0x80 && start[1] is >= 2 and <= 5 && PickleOperations.Contains(start[2]))
            return start[2] == 0x8A ? "a PyTorch checkpoint from before 1.6 (a pickle)" : "a Python pickle";
        if (start[0] == 8 && start[1] == 1 && start[2] == 0x12)
            return "a TensorFlow SavedModel";
        if (start[0] == 8 && start[1] is >= 1 and <= 32 && OnnxTags.Contains(start[2]))
            return "an ONNX model";
        return IsGraphDef(start) ? "a TensorFlow graph" : null;
    }

    /// <summary>What to do with a file of which <see cref="Of"/> has said what it is.</summary>
    public static string AdviceFor(string found) => found switch
    {
        "an ONNX model" => "'softpool import' makes one of it, and Model.FromOnnx reads it in a program",
        _ when found.Contains("PyTorch", StringComparison.Ordinal) =>
            "'softpool export FILE --network NAME' makes a model of its state dict",
        "a Python pickle" => "of pickles those of torch.save are read, by 'softpool export'",
        "a pointer of Git LFS" => "'git lfs pull' fetches the file that it stands for",
        "a web page" => "the file itself is still to be downloaded",
        "a safetensors file" =>
            "a model needs no import, and 'softpool export FILE --network NAME' makes one of weights",
        _ => "only ONNX models are imported",
    };

    /// <summary>A node first, and in it first a name and an operator's name.</summary>
    private static bool IsGraphDef(ReadOnlySpan<byte> start)
    {
        int at = 1;
        if (start[0] != 0x0A)
            return false;
        while (at < start.Length && start[at] >= 0x80)
            at++;
        at++;
        return Text(start, 0x0A, ref at) && Text(start, 0x12, ref at);

        static bool Text(ReadOnlySpan<byte> start, byte tag, ref int at)
        {
            if (at + 2 > start.Length || start[at] != tag || start[at + 1] is 0 or >= 0x80
                || at + 2 + start[at + 1] > start.Length)
                return false;
            ReadOnlySpan<byte> text = start.Slice(at + 2, start[at + 1]);
            at += 2 + text.Length;
            return Ascii.IsValid(text) && text.IndexOfAnyInRange((byte)0, (byte)31) < 0;
        }
    }
}
