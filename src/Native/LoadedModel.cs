using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>A model, with its class names as the host reads them.</summary>
internal sealed class LoadedModel(Model model) : IDisposable
{
    private readonly Lock _lock = new();
    private nint[]? _names;

    public Model Model => model;

    /// <summary>A class name's UTF-8; 0 if there is none.</summary>
    public nint ClassName(uint index)
    {
        lock (_lock)
            _names ??= [.. model.ClassNames.Select(Marshal.StringToCoTaskMemUTF8)];
        return index < _names.Length ? _names[index] : 0;
    }

    public void Dispose()
    {
        foreach (nint name in _names ?? [])
            Marshal.FreeCoTaskMem(name);
    }
}
