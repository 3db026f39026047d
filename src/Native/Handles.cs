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

    /// <summary>Keeps an object for the length of a call, so that another thread's release waits for its end.</summary>
    public static Use<T> Take<T>(nint handle) where T : class
    {
        Entry entry = Find(handle, Kinds[typeof(T)]);
        if (entry.Value is not T value)
            throw new HandleException(
                $"The handle is that of an {Kinds[entry.Value.GetType()]}; an {Kinds[typeof(T)]} is needed.");
        Retain(entry, Kinds[typeof(T)]);
        return new Use<T>(handle, value);
    }

    public static void Retain(nint handle) => Retain(Find(handle, "handle"), "handle");

    /// <summary>Removes a reference, and frees the object with the last one.</summary>
    public static void Release(nint handle)
    {
        Entry entry = Find(handle, "handle");
        lock (entry)
        {
            if (entry.References == 0)
                throw Released("handle");
            if (--entry.References > 0)
                return;
        }
        Entries.TryRemove(handle, out _);
        entry.Value.Dispose();
    }

    private static Entry Find(nint handle, string kind) =>
        handle == 0 ? throw new HandleException($"An {kind} is needed; it is null.".Replace("An h", "A h"))
        : Entries.TryGetValue(handle, out Entry? entry) ? entry
        : throw Released(kind);

    private static void Retain(Entry entry, string kind)
    {
        lock (entry)
        {
            if (entry.References == 0)
                throw Released(kind);
            entry.References++;
        }
    }

    private static HandleException Released(string kind) =>
        new($"The {kind} is none that this library has given, or it was released.");

    private sealed class Entry(IDisposable value)
    {
        public IDisposable Value => value;

        public int References { get; set; } = 1;
    }

    /// <summary>An object during a call.</summary>
    public readonly ref struct Use<T>(nint handle, T value)
    {
        public T Value => value;

        public void Dispose() => Release(handle);
    }
}
