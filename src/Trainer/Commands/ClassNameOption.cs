using SoftPool.Trainer.Files;
using SoftPool.Trainer.Networks;

namespace SoftPool.Trainer.Commands;

/// <summary>The names that --classes gives: words, a text file of them, or a list that is built in.</summary>
internal static class ClassNameOption
{
    /// <summary>What the option takes, in words.</summary>
    public const string Described = "a text file with a name a line, imagenet, cifar10, or the names themselves, in "
        + "order";

    /// <summary>The names; none where the option is not given.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<string> Names(string[] values) => values switch
    {
        ["imagenet"] => ImageNetClasses.Names,
        ["cifar10"] => NetworkCatalog.Cifar10Classes,
        [var path] when File.Exists(path) => OfFile(path),
        [var path] => throw new UserErrorException(
            $"--classes takes {Described}; there is no file {path}, and no network has one class."),
        _ => values,
    };

    private static string[] OfFile(string path)
    {
        string[] names = [.. RegularFile.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length > 0
            ? names
            : throw new UserErrorException($"--classes takes {Described}; {path} has no names in it.");
    }
}
