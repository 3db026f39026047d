using System.Runtime.CompilerServices;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>Inputs of bytes or 16-bit floats that the CPU writes and the device widens.</summary>
internal sealed class NarrowInput<T> : InputStage where T : unmanaged
{
    private readonly Ownership _ownership = new();
    private readonly PlannedModel _planned;
    private readonly DeviceBuffer[] _elements;
    // Of each part of a batch, one for each input.
    private readonly KernelLaunch[][] _launches;
    private readonly BoundLaunch[][] _bound;

    /// <exception cref="DeviceLimitException">A buffer exceeds what the device takes.</exception>
    public NarrowInput(PlannedModel planned, DeviceProgram program)
    {
        _planned = planned;
        VulkanDevice device = planned.Device;
        IReadOnlyList<Operand> inputs = planned.Plan.Inputs;
        _elements = new DeviceBuffer[inputs.Count];
        _launches = new KernelLaunch[planned.Parts.Count][];
        _bound = new BoundLaunch[planned.Parts.Count][];
        try
        {
            var words = new Operand[inputs.Count];
            for (int i = 0; i < inputs.Count; i++)
            {
                words[i] = new Activation(Division.Align(CountOf(i) * Unsafe.SizeOf<T>(), sizeof(uint)) / sizeof(uint));
                long largest = device.Physical.LargestOperand;
                if (words[i].ByteCount > largest)
                    throw new DeviceLimitException(
                        $"An input of {words[i].ByteCount} bytes exceeds the {largest} that "
                        + $"{device.Physical.Info.Name} takes at most: give floats, or take a smaller batch.");
                _elements[i] = _ownership.Take(DeviceBuffer.HostStorage(device, words[i].ByteCount));
            }
            foreach (BatchPart part in planned.Parts)
            {
                KernelLaunch[] launches = _launches[part.Index] =
                [
                    .. inputs.Select((input, i) => WidenPlan.Of(
                        planned.Model.Graph.Inputs[i].Name, words[i], input.Count / part.Items * part.First,
                        8 * Unsafe.SizeOf<T>(), input)),
                ];
                DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, launches));
                _bound[part.Index] =
                [
                    .. launches.Select((launch, i) => sets.Bind(
                        _ownership.Take(device.Pipelines.Take(launch)).Pipeline, launch,
                        [_elements[i].Part(0, words[i].ByteCount), program.PlaceOf(inputs[i])])),
                ];
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the CPU writes an input before a run: a whole batch, (N, C, H, W).</summary>
    public Span<T> ValuesOf(int input) => _elements[input].Mapped<T>(0, CountOf(input));

    public override IReadOnlyList<KernelLaunch> LaunchesOf(BatchPart part) => _launches[part.Index];

    public override void RecordLaunch(Commands commands, BatchPart part, int index) =>
        commands.Dispatch(_bound[part.Index][index]);

    public override void Dispose() => _ownership.Dispose();

    private long CountOf(int input) => _planned.Plan.Inputs[input].Count / _planned.Plan.Batch * _planned.Batch;
}
