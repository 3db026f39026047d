using System.Runtime.InteropServices;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>An input of images, of certain sizes: resized and normalised on the device, each into its item of the
/// network's input. Other sizes are another stage.</summary>
internal sealed class ImageInput : InputStage
{
    private readonly Ownership _ownership = new();
    private readonly (int Width, int Height, PixelFormat Format)[] _sizes;
    private readonly DeviceBuffer[] _pixels;
    private readonly PartLaunches[] _parts;

    /// <param name="planned">The plan whose only input they become, and whose model's preprocessing they get.</param>
    /// <param name="program">The program that reads it.</param>
    /// <param name="images">The first images; the sizes are theirs.</param>
    /// <param name="takesWhole">Whether one launch may resize an image that is not large.</param>
    /// <exception cref="DeviceLimitException">A buffer exceeds what the device takes.</exception>
    public ImageInput(PlannedModel planned, DeviceProgram program, ReadOnlySpan<Image> images, bool takesWhole)
    {
        VulkanDevice device = planned.Device;
        _sizes = new (int, int, PixelFormat)[images.Length];
        _pixels = new DeviceBuffer[images.Length];
        _parts = new PartLaunches[planned.Parts.Count];
        try
        {
            for (int i = 0; i < images.Length; i++)
            {
                _sizes[i] = (images[i].Width, images[i].Height, images[i].Format);
                _pixels[i] = Make(DeviceBuffer.HostStorage, Division.Align(images[i].Pixels.Length, sizeof(uint)));
            }
            foreach (BatchPart part in planned.Parts)
                _parts[part.Index] = Prepare(part, images);
        }
        catch
        {
            Dispose();
            throw;
        }

        PartLaunches Prepare(BatchPart part, ReadOnlySpan<Image> all)
        {
            Operand input = planned.Plan.Inputs[0];
            var places = new Dictionary<Operand, BufferRange> { [input] = program.PlaceOf(input) };
            var plans = new List<ImagePlan>();
            for (int i = part.First; i < Math.Min(part.First + part.Items, all.Length); i++)
            {
                var plan = ImagePlan.Of(
                    all[i], i - part.First, planned.Model.Graph.InputShape, planned.Model.Preprocessing, input,
                    takesWhole);
                plans.Add(plan);
                places.Add(plan.Pixels, _pixels[i].Part(0, plan.Pixels.ByteCount));
            }
            foreach (Operand operand in plans.SelectMany(plan => plan.Launches)
                .SelectMany(launch => launch.Operands).Distinct())
                if (!places.ContainsKey(operand))
                {
                    DeviceBuffer buffer = Make(
                        operand is Constant ? DeviceBuffer.HostStorage : DeviceBuffer.Storage, operand.ByteCount);
                    if (operand is Constant constant)
                        constant.Pack().CopyTo(buffer.Mapped<byte>(0, constant.ByteCount));
                    places.Add(operand, buffer.Part(0, operand.ByteCount));
                }
            // One barrier for all images: first each one's first launch, then the second launches of those that take
            // two.
            KernelLaunch[] launches =
                [.. plans.Select(plan => plan.Launches[0]), .. plans.SelectMany(plan => plan.Launches.Skip(1))];
            DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, launches));
            var bound = new BoundLaunch[launches.Length];
            for (int i = 0; i < launches.Length; i++)
            {
                LoopIterations.Check(launches[i], LoopLimitProbe.LargestOn(device));
                ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(launches[i])).Pipeline;
                BufferRange[] ranges = [.. launches[i].Operands.Select(operand => places[operand])];
                bound[i] = sets.Bind(pipeline, launches[i], ranges);
            }
            return new PartLaunches(launches, bound, plans.Count);
        }

        DeviceBuffer Make(Func<VulkanDevice, long, DeviceBuffer> make, long byteCount)
        {
            uint largest = device.Physical.Limits.MaxStorageBufferRange;
            return byteCount > largest
                ? throw new DeviceLimitException(
                    $"An image needs a buffer of {byteCount} bytes, "
                    + $"but {device.Physical.Info.Name} takes {largest} at most.")
                : _ownership.Take(make(device, byteCount));
        }
    }

    public override IReadOnlyList<KernelLaunch> LaunchesOf(BatchPart part) => _parts[part.Index].Launches;

    /// <summary>Whether images have the sizes that this stage is for.</summary>
    public bool Fits(ReadOnlySpan<Image> images)
    {
        if (images.Length != _sizes.Length)
            return false;
        for (int i = 0; i < images.Length; i++)
            if (_sizes[i] != (images[i].Width, images[i].Height, images[i].Format))
                return false;
        return true;
    }

    /// <summary>Copies the pixels of images that fit to where the next run reads them.</summary>
    public void Write(ReadOnlySpan<Image> images)
    {
        for (int i = 0; i < images.Length; i++)
            images[i].Pixels.Span.CopyTo(
                MemoryMarshal.AsBytes(_pixels[i].Floats(0, _pixels[i].ByteCount / sizeof(float))));
    }

    public override void RecordLaunch(Commands commands, BatchPart part, int index)
    {
        (_, BoundLaunch[] bound, int second) = _parts[part.Index];
        if (index == second)
            commands.Barrier();
        commands.Dispatch(bound[index]);
    }

    public override void Dispose() => _ownership.Dispose();

    /// <summary>What makes the items of a part.</summary>
    /// <param name="Launches">The launches.</param>
    /// <param name="Bound">The same, with their buffers.</param>
    /// <param name="Second">The first of those that read what others have made.</param>
    private sealed record PartLaunches(KernelLaunch[] Launches, BoundLaunch[] Bound, int Second);
}
