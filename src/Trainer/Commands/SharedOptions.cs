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
        Description = "The Vulkan device: its index, or a part of its name. Default: the best there is.",
    };

    private const string Sources =
        "procedural (drawn by the program), cifar10 (downloaded once), or the path of CIFAR-10 for Python or binary, or of "
            + "images in train/<class>/ and test/<class>/ or val/<class>/: a folder, .tar, .tar.gz or .tgz.";

    public static Option<string> Data => new("--data")
    {
        Description = Sources,
        DefaultValueFactory = _ => "procedural",
    };

    /// <param name="what">What giving it does.</param>
    public static Option<string?> OptionalData(string what) => new("--data") { Description = $"{what} Takes {Sources}" };

    public static Option<string> Network => new("--network", "-n")
    {
        Description = "The network to train: see 'summary' for the list.",
        DefaultValueFactory = _ => "alexnet-softpool",
    };

    public static Option<bool> Fp16 => new("--fp16") { Description = "Stores weights and activations in 16 bits on the device." };

    public static Option<int> Batch(int batch) => Positive("--batch", "The number of images at once.", batch);

    /// <summary>A whole number that must be 1 or more.</summary>
    public static Option<int> Positive(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) || number < 1)
                    result.AddError($"{name} takes a whole number of at least 1; got {token.Value}.");
        });
        return option;
    }
}
