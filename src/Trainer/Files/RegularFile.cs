using System.Runtime.InteropServices;

namespace SoftPool.Trainer.Files;

/// <summary>Opens files to read, or to go on with. A pipe without a writer would keep the program waiting for ever, and a device may have
/// no end: neither is opened.</summary>
internal static class RegularFile
{
    /// <summary>Opens a file to read; others may read it too.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="bufferSize">How many bytes are read at once at least.</param>
    /// <exception cref="IOException">There is no file, or it is a folder, a pipe, a socket or a device.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static FileStream OpenRead(string path, int bufferSize = 4096)
    {
        Check(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize);
    }

    /// <inheritdoc cref="OpenRead"/>
    /// <summary>Reads a whole file.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        Check(path);
        return File.ReadAllBytes(path);
    }

    /// <inheritdoc cref="OpenRead"/>
    /// <summary>Reads a whole file of text.</summary>
    public static string ReadAllText(string path)
    {
        Check(path);
        return File.ReadAllText(path);
    }

    /// <inheritdoc cref="OpenRead"/>
    /// <summary>Reads the lines of a file of text as they are asked for.</summary>
    public static IEnumerable<string> ReadLines(string path)
    {
        using var text = new StreamReader(OpenRead(path));
        while (text.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>Opens a file to read what is in it and to write behind that, or makes it. No other process can open it
    /// meanwhile: on Unix only a share of none is a lock.</summary>
    /// <exception cref="IOException">It is a folder, a pipe, a socket or a device, or another process has it
    /// open.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static FileStream OpenToGoOn(string path)
    {
        Check(path);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Complains of what cannot be read, or not read again.</summary>
    /// <exception cref="IOException">It is a folder, a pipe, a socket or a device.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder; a file is expected.");
        if (!OperatingSystem.IsWindows() && File.Exists(path) && !IsRegular(path))
            throw new IOException($"{path} is a pipe, a socket or a device; a file is expected.");
    }

    /// <summary>.NET does not tell the kinds of files apart. Linux does; elsewhere all kinds but regular files have a
    /// length of 0, and an empty file is of no use here either.</summary>
    private static bool IsRegular(string path)
    {
        // From Linux's stat.h: the layout is the same on all processors.
        const int CurrentFolder = -100, Type = 1, ModeOffset = 28, TypeMask = 0xF000, Regular = 0x8000;
        if (OperatingSystem.IsLinux())
        {
            try
            {
                var status = new byte[256];
                // What cannot be asked cannot be opened either, which says why: a link may lead nowhere.
                return Statx(CurrentFolder, path, 0, Type, status) != 0
                    || (BitConverter.ToUInt16(status, ModeOffset) & TypeMask) == Regular;
            }
            catch (EntryPointNotFoundException)
            {
                // A C library from before 2018.
            }
        }
        FileSystemInfo file = File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
        return file is not FileInfo { Exists: true, Length: 0 };
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] status);
}
