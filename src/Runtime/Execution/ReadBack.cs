using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Memory in which the CPU reads a program's outputs after a run.</summary>
internal sealed class ReadBack : IDisposable
{
    private readonly DeviceProgram _program;
    private readonly DeviceBuffer _buffer;
    private readonly Dictionary<Operand, long> _offsets = [];

    /// <param name="planned">What runs.</param>
    /// <param name="program">The program.</param>
    /// <param name="outputs">What is read, of all items of a batch.</param>
    public ReadBack(PlannedModel planned, DeviceProgram program, IEnumerable<Operand> outputs)
    {
        _program = program;
        long byteCount = 0;
        foreach (Operand operand in outputs)
            if (_offsets.TryAdd(operand, byteCount))
                byteCount += Division.Align(operand.BytesOf(planned.Batch, planned.Plan.Batch), sizeof(float));
        _buffer = DeviceBuffer.ReadBack(planned.Device, byteCount);
    }

    /// <summary>Records the copies of a part of the batch, once everything recorded before them is done.</summary>
    public void Record(Commands commands, BatchPart part)
    {
        commands.Barrier();
        foreach ((Operand operand, long offset) in _offsets)
        {
            long byteCount = operand.BytesOf(part.Items, part.Items);
            commands.Copy(
                _program.PlaceOf(operand) with { ByteCount = byteCount },
                _buffer.Part(offset + operand.BytesOf(part.First, part.Items), byteCount));
        }
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
