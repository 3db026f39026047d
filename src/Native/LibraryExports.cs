using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>The library itself: versions, errors, references, texts.</summary>
internal static unsafe class LibraryExports
{
    private const uint Version = 1;

    [UnmanagedCallersOnly(EntryPoint = "sp_check_version")]
    public static int CheckVersion(uint version) =>
        version is >= 1 and <= Version ? Failure.None : Failure.Of(new VersionException(version, Version));

    [UnmanagedCallersOnly(EntryPoint = "sp_version")]
    public static uint GetVersion() => Version;

    [UnmanagedCallersOnly(EntryPoint = "sp_get_error")]
    public static int GetError(byte** sentence) => Failure.Take(sentence);

    [UnmanagedCallersOnly(EntryPoint = "sp_set_log")]
    public static int SetLog(delegate* unmanaged<nint, int, byte*, void> log, nint user)
    {
        Failure.SetLog(log, user);
        return Failure.None;
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_retain")]
    public static int Retain(nint handle)
    {
        try
        {
            Handles.Retain(handle);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_release")]
    public static int Release(nint handle)
    {
        try
        {
            if (handle != 0)
                Handles.Release(handle);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_text_utf8")]
    public static byte* TextUtf8(nint text)
    {
        try
        {
            using Handles.Use<NativeText> use = Handles.Take<NativeText>(text);
            return use.Value.Utf8;
        }
        catch (Exception e)
        {
            Failure.Of(e);
            return null;
        }
    }
}
