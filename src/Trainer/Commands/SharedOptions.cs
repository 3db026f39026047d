using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SoftPool.Trainer.Commands;

/// <summary>Options and arguments that several commands take, so that they read alike everywhere.</summary>
internal static class SharedOptions
{
    public static Argument<string> Model => new("model")
    {
        Description = "The exported model, a .safetensors file.",
    };

    public static Option<string?> Device => new("--device", "-d")
    {
        Description = "The Vulkan device, by its index or a part of its name. Default: the best device.",
    };

    private const string Sources =
        "procedural (drawn by the program), cifar10 (downloaded once), or a path to CIFAR-10 for Python or binary, or "
        + "to images in train/<class>/ and test/<class>/ or val/<class>/: a folder, .tar, .tar.gz or .tgz.";

    public static Option<string> Data => new("--data")
    {
        Description = Sources,
        DefaultValueFactory = _ => "procedural",
    };

    /// <summary>The same for a command that trains, and so chooses an epoch.</summary>
    public static Option<string> DataToTrainOn
    {
        get
        {
            Option<string> data = Data;
            data.Description += " If test/ and val/ are both there, the images in val/ choose the best epoch; "
                + "otherwise the test images choose it.";
            return data;
        }
    }

    /// <param name="what">What giving it does.</param>
    public static Option<string?> OptionalData(string what) =>
        new("--data") { Description = $"{what} One of: {Sources}" };

    /// <summary>Which part a process computes.</summary>
    /// <param name="of">What has parts.</param>
    public static Option<string?> Shard(string of) => new("--shard")
    {
        Description = $"The part of the {of} to take, i/n with i from 0 to n - 1, or n alone, if a launcher gives i. "
            + "Default: as MPI's or Slurm's launcher says, else all.",
    };

    /// <summary>The size that pictures are read at.</summary>
    public static Option<Size2d?> ImageSize => new("--image-size")
    {
        Description = "The size to which the pictures of an image folder are resized: height and width as HxW, or N "
            + "for both. Default: the size of most training pictures, else their median height and width, at most 256 "
            + "along the shorter edge.",
        CustomParser = ReadImageSize,
    };

    private static Size2d? ReadImageSize(ArgumentResult result)
    {
        const int Longest = 4096;
        string value = result.Tokens.Single().Value;
        int?[] edges = [.. value.Split('x').Select(edge =>
            int.TryParse(edge, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number is >= 1 and <= Longest
                ? (int?)number
                : null)];
        if (edges.Length <= 2 && edges.All(edge => edge is not null))
            return new Size2d(edges[0]!.Value, edges[^1]!.Value);
        if (value.Trim().Length > 0) // Empty values are refused alike for all options.
            result.AddError(
                $"--image-size takes a height and a width from 1 to {Longest}, as HxW, or one number "
                + $"for both; got {value}.");
        return null;
    }

    public static Option<string> Network => new("--network", "-n")
    {
        Description = "The network to train: see 'summary' for the list.",
        DefaultValueFactory = _ => "alexnet-softpool",
    };

    /// <summary>Shapes of an ONNX file.</summary>
    public static Option<string[]> Shapes => new("--shape")
    {
        Description = "An input's shape, such as x=1x3x640x640, or a symbol's value, such as height=640. "
            + "The batch stays free.",
    };

    public static Option<string[]> OutputValue => new("--output-value")
    {
        Description = "A value that becomes an output of the network; may be repeated. Default: all outputs of the "
            + "ONNX file.",
    };

    /// <summary>Which part of a file is the weights.</summary>
    public static Option<string?> Key => new("--key")
    {
        Description = "The entry of a checkpoint that is the state dict, such as model or ema.model. Default: the "
            + "only one.",
    };

    /// <summary>Weights that the network has not.</summary>
    public static Option<string[]> Ignore => new("--ignore")
    {
        Description = "Beginnings of the names of weights that are left out, such as aux1 aux2.",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<bool> Fp16 =>
        new("--fp16") { Description = "Stores weights and activations in 16 bits on the device." };

    public static Option<int> Batch(int batch) => Positive("--batch", "The number of images in a batch.", batch);

    /// <summary>A whole number that must be 1 or more.</summary>
    public static Option<int> Positive(string name, string description, int value) =>
        AtLeast(1, name, description, value);

    /// <summary>A whole number that must be 0 or more.</summary>
    public static Option<int> NotNegative(string name, string description, int value) =>
        AtLeast(0, name, description, value);

    private static Option<int> AtLeast(int least, string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!int.TryParse(token.Value, NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture, out int number) || number < least)
                    result.AddError($"{name} takes a whole number of at least {least}; got {token.Value}.");
        });
        return option;
    }
}
