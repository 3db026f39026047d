using System.Buffers;

namespace SoftPool.Native;

/// <summary>An array in the host's memory.</summary>
internal sealed unsafe class NativeArray<T>(T* first, int length) : MemoryManager<T> where T : unmanaged
{
    public override Span<T> GetSpan() => new(first, length);

    // The host's memory does not move.
    public override MemoryHandle Pin(int elementIndex = 0) => new(first + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
