using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>The errors of the host's calls: the codes of softpool.h, the last one of each thread, the log.</summary>
internal static unsafe class Failure
{
    public const int None = 0;
    private const int Version = 19;
    private static readonly Lock LogLock = new();
    private static nint _log, _logUser;

    [ThreadStatic]
    private static LastError? _last;

    [ThreadStatic]
    private static bool _isLogging;

    /// <summary>Keeps an exception as the thread's error, and tells the log.</summary>
    /// <returns>Its code.</returns>
    public static int Of(Exception e)
    {
        int code = Keep(e);
        if (Log(e))
            Keep(e); // The log function's calls may have failed themselves.
        return code;
    }

    /// <summary>Keeps an exception as the thread's error.</summary>
    /// <returns>Its code.</returns>
    public static int Keep(Exception e)
    {
        (_last ??= new LastError()).Set(CodeOf(e), SentenceOf(e));
        return _last.Code;
    }

    /// <summary>Tells the host's log function, unless it is what has failed.</summary>
    /// <returns>Whether it was called.</returns>
    public static bool Log(Exception e)
    {
        nint log, user;
        lock (LogLock)
            (log, user) = (_log, _logUser);
        if (log == 0 || _isLogging)
            return false;
        nint sentence = Marshal.StringToCoTaskMemUTF8(SentenceOf(e));
        _isLogging = true;
        ((delegate* unmanaged<nint, int, byte*, void>)log)(user, CodeOf(e), (byte*)sentence);
        _isLogging = false;
        Marshal.FreeCoTaskMem(sentence);
        return true;
    }

    /// <summary>Gives the thread's error, and forgets it.</summary>
    public static int Take(byte** sentence)
    {
        LastError last = _last ??= new LastError();
        int code = last.Code;
        if (sentence is not null)
            *sentence = code == None ? LastError.Empty : last.Sentence;
        last.Code = None;
        return code;
    }

    public static void SetLog(delegate* unmanaged<nint, int, byte*, void> log, nint user)
    {
        lock (LogLock)
            (_log, _logUser) = ((nint)log, user);
    }

    public static int CodeOf(Exception e) => e switch
    {
        HandleException => 2,
        ObjectDisposedException or InvalidOperationException => 3,
        VersionException => Version,
        ArgumentException => 1,
        ShapeMismatchException => 4,
        IOException or UnauthorizedAccessException => 5,
        ModelFormatException => 6,
        UnsupportedOnnxException => 7,
        VulkanLoaderNotFoundException => 8,
        VulkanDriverNotFoundException => 9,
        DeviceNotFoundException => 10,
        UnsupportedDeviceException => 11,
        DeviceLimitException => 12,
        Fp16RangeException => 13,
        OutOfDeviceMemoryException or OutOfMemoryException => 14,
        DeviceLostException => 15,
        CertificateNotFoundException => 16,
        OperationCanceledException => 17,
        VulkanException => 18,
        _ => 20,
    };

    // .NET's own sentences name its parameters and its types.
    public static string SentenceOf(Exception e) => e switch
    {
        ArgumentException { ParamName: { } name } => e.Message.Replace($" (Parameter '{name}')", ""),
        ObjectDisposedException => "The object was released.",
        OperationCanceledException => "The run was cancelled.",
        _ => e.Message,
    };

    /// <summary>A thread's error, whose memory goes with the thread.</summary>
    private sealed class LastError
    {
        public static readonly byte* Empty = (byte*)Marshal.StringToCoTaskMemUTF8("");

        ~LastError() => Marshal.FreeCoTaskMem((nint)Sentence);

        public int Code { get; set; }

        public byte* Sentence { get; private set; }

        public void Set(int code, string sentence)
        {
            Marshal.FreeCoTaskMem((nint)Sentence);
            Sentence = (byte*)Marshal.StringToCoTaskMemUTF8(sentence);
            Code = code;
        }
    }
}

/// <summary>The program was compiled with a newer header, or with none.</summary>
internal sealed class VersionException(uint wanted, uint served) : Exception(
    wanted == 0
        ? $"The version of softpool.h is 1 to {served}; got 0: pass SP_VERSION."
        : $"The program needs version {wanted} of softpool.h; this library serves versions up to {served}.");
