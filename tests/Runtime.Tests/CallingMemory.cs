using System.Buffers;

namespace SoftPool.Runtime.Tests;

/// <summary>Calls back when somebody begins to write it.</summary>
internal sealed class CallingMemory(float[] data, Action begun) : MemoryManager<float>
{
    public Memory<float> Whole => CreateMemory(data.Length);

    public override Span<float> GetSpan()
    {
        begun();
        return data;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
