using System.Collections.Concurrent;

namespace SoftPool.Native;

/// <summary>A handle is null, was released, or is of another kind.</summary>
internal sealed class HandleException(string message) : Exception(message);

/// <summary>The objects that the host has handles of. A handle is a number that is never used again, so a wrong one is
/// recognised.</summary>
internal static class Handles
{
    private static readonly ConcurrentDictionary<nint, Entry> Entries = new();
    private static readonly Dictionary<Type, string> Kinds = new()
    {
        [typeof(GpuDevice)] = "sp_device",
        [typeof(LoadedModel)] = "sp_model",
        [typeof(InferenceSession)] = "sp_session",
        [typeof(StartedRun)] = "sp_run",
        [typeof(Stepper)] = "sp_stepper",
        [typeof(Recorder)] = "sp_recorder",
        [typeof(NativeText)] = "sp_text",
    };
    private static long _last;

    /// <summary>Makes a handle with one reference.</summary>
    public static nint Add(IDisposable value)
    {
        nint handle = (nint)(16 * Interlocked.Increment(ref _last));
        Entries[handle] = new Entry(value);
        return handle;
    }

    /// <summary>Keeps an object for the length of a call, so that another thread's release does not free
    /// it.</summary>
    public static Use<T> Take<T>(nint handle) where T : class
    {
        Entry entry = Find(handle, $"handle of an {Kinds[typeof(T)]}");
        if (entry.Value is not T value)
            throw new HandleException(
                $"The handle is that of an {Kinds[entry.Value.GetType()]}; an {Kinds[typeof(T)]} is needed.");
        lock (entry)
        {
            if (entry.References == 0)
                throw Released($"handle of an {Kinds[typeof(T)]}");
            entry.Calls++;
        }
        return new Use<T>(entry, value);
    }

    /// <summary>Adds a reference of the host's.</summary>
    public static void Retain(nint handle)
    {
        Entry entry = Find(handle, "handle");
        lock (entry)
        {
            if (entry.References == 0)
                throw Released("handle");
            entry.References++;
        }
    }

    /// <summary>Removes a reference of the host's. With the last one the handle is no more, and the object is freed as
    /// soon as no call uses it.</summary>
    public static void Release(nint handle)
    {
        Entry entry = Find(handle, "handle");
        lock (entry)
        {
            if (entry.References == 0)
                throw Released("handle");
            if (--entry.References > 0)
                return;
            Entries.TryRemove(handle, out _);
            if (entry.Calls > 0)
                return;
        }
        entry.Value.Dispose();
    }

    private static Entry Find(nint handle, string kind) =>
        handle == 0 ? throw new HandleException($"A {kind} is needed; it is null.")
        : Entries.TryGetValue(handle, out Entry? entry) ? entry
        : throw Released(kind);

    private static HandleException Released(string kind) =>
        new($"The {kind} is none that this library has given, or it was released.");

    /// <summary>An object, and who needs it.</summary>
    public sealed class Entry(IDisposable value)
    {
        public IDisposable Value => value;

        /// <summary>The host's references.</summary>
        public int References { get; set; } = 1;

        /// <summary>The calls in progress that use the object.</summary>
        public int Calls { get; set; }

        /// <summary>Ends a call's use, and frees the object if the host has released it during the call.</summary>
        public void EndCall()
        {
            lock (this)
                if (--Calls > 0 || References > 0)
                    return;
            value.Dispose();
        }
    }

    /// <summary>An object during a call.</summary>
    public readonly ref struct Use<T>(Entry entry, T value)
    {
        public T Value => value;

        public void Dispose() => entry.EndCall();
    }
}
