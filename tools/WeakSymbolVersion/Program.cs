using SoftPool.WeakSymbolVersion;

if (args.Length != 3)
{
    Console.Error.WriteLine("WeakSymbolVersion: expected three arguments, INPUT OUTPUT VERSION "
        + $"(for example libfoo.so cured/libfoo.so GLIBCXX_3.4.32), got {args.Length}.");
    return 1;
}

try
{
    WeakCopy.Write(args[0], args[1], args[2]);
    return 0;
}
catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"WeakSymbolVersion: {args[0]}: {e.Message}");
    return 1;
}
