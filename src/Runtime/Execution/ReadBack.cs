using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Memory in which the CPU reads a program's outputs after a run.</summary>
internal sealed class ReadBack : IDisposable
{
    private readonly DeviceProgram _program;
    private readonly DeviceBuffer _buffer;
    private readonly Dictionary<Operand, long> _offsets = [];

    /// <param name="device">Where the program runs.</param>
    /// <param name="program">The program.</param>
    /// <param name="outputs">What is read.</param>
    public ReadBack(VulkanDevice device, DeviceProgram program, IEnumerable<Operand> outputs)
    {
        _program = program;
        long byteCount = 0;
        foreach (Operand operand in outputs)
            if (_offsets.TryAdd(operand, byteCount))
                byteCount += operand.ByteCount;
        _buffer = DeviceBuffer.ReadBack(device, byteCount);
    }

    /// <summary>Records the copies, once everything recorded before them is done.</summary>
    public void Record(Commands commands)
    {
        commands.Barrier();
        foreach ((Operand operand, long offset) in _offsets)
            commands.Copy(_program.PlaceOf(operand), _buffer.Part(offset, operand.ByteCount));
        commands.BarrierToHost();
    }

    /// <summary>Copies the beginning of an output after a run.</summary>
    public void CopyTo(Operand operand, Span<float> output)
    {
        if (!operand.IsHalf)
        {
            _buffer.Floats(_offsets[operand], output.Length).CopyTo(output);
            return;
        }
        Span<Half> halves = _buffer.Mapped<Half>(_offsets[operand], output.Length);
        for (int i = 0; i < output.Length; i++)
            output[i] = (float)halves[i];
    }

    public void Dispose() => _buffer.Dispose();
}
