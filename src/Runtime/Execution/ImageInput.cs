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
    private readonly PictureShape[] _shapes;
    private readonly DeviceBuffer[] _pixels;
    private readonly DeviceBuffer?[] _planes;
    private readonly PartLaunches[] _parts;

    /// <param name="planned">The plan whose only input they become, and whose model's preprocessing they get.</param>
    /// <param name="program">The program that reads it.</param>
    /// <param name="shapes">The images' sizes and formats.</param>
    /// <param name="takesWhole">Whether one launch may resize an image that is not large.</param>
    /// <param name="isOnDevice">Whether the device copies the images, and not the CPU.</param>
    /// <exception cref="DeviceLimitException">A buffer exceeds what the device takes.</exception>
    public ImageInput(
        PlannedModel planned, DeviceProgram program, PictureShape[] shapes, bool takesWhole, bool isOnDevice)
    {
        VulkanDevice device = planned.Device;
        _shapes = shapes;
        _pixels = new DeviceBuffer[shapes.Length];
        _planes = new DeviceBuffer?[shapes.Length];
        _parts = new PartLaunches[planned.Parts.Count];
        try
        {
            for (int i = 0; i < shapes.Length; i++)
            {
                _pixels[i] = Make(
                    isOnDevice ? DeviceBuffer.Storage : DeviceBuffer.HostStorage,
                    Division.Align(shapes[i].PixelBytes, sizeof(uint)));
                if (shapes[i].IsYuv)
                    _planes[i] = Make(DeviceBuffer.Storage, Division.Align(shapes[i].PlaneBytes, sizeof(uint)));
            }
            foreach (BatchPart part in planned.Parts)
                _parts[part.Index] = Prepare(part);
        }
        catch
        {
            Dispose();
            throw;
        }

        PartLaunches Prepare(BatchPart part)
        {
            Operand input = planned.Plan.Inputs[0];
            var places = new Dictionary<Operand, BufferRange> { [input] = program.PlaceOf(input) };
            var plans = new List<ImagePlan>();
            for (int i = part.First; i < Math.Min(part.First + part.Items, shapes.Length); i++)
            {
                var plan = ImagePlan.Of(
                    shapes[i], i - part.First, planned.Model.Graph.InputShape, planned.Model.Preprocessing, input,
                    takesWhole);
                plans.Add(plan);
                places.Add(plan.Pixels, _pixels[i].Part(0, plan.Pixels.ByteCount));
                if (plan.Planes is { } planes)
                    places.Add(planes, _planes[i]!.Part(0, planes.ByteCount));
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
            // One barrier for all images: first planes become pixels, then comes each one's first launch, then the
            // second launches of those that take two.
            KernelLaunch[] colours = [.. plans.Select(plan => plan.FromPlanes).OfType<KernelLaunch>()];
            KernelLaunch[] launches =
            [
                .. colours, .. plans.Select(plan => plan.Launches[0]),
                .. plans.SelectMany(plan => plan.Launches.Skip(1)),
            ];
            DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, launches));
            var bound = new BoundLaunch[launches.Length];
            for (int i = 0; i < launches.Length; i++)
            {
                LoopIterations.Check(launches[i], LoopLimitProbe.LargestOn(device));
                ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(launches[i])).Pipeline;
                BufferRange[] ranges = [.. launches[i].Operands.Select(operand => places[operand])];
                bound[i] = sets.Bind(pipeline, launches[i], ranges);
            }
            return new PartLaunches(launches, bound, colours.Length, colours.Length + plans.Count);
        }

        DeviceBuffer Make(Func<VulkanDevice, long, DeviceBuffer> make, long byteCount)
        {
            long largest = device.Physical.LargestOperand;
            return byteCount > largest
                ? throw new DeviceLimitException(
                    $"An image needs a buffer of {byteCount} bytes, "
                    + $"but {device.Physical.Info.Name} takes {largest} at most.")
                : _ownership.Take(make(device, byteCount));
        }
    }

    public override IReadOnlyList<KernelLaunch> LaunchesOf(BatchPart part) => _parts[part.Index].Launches;

    /// <summary>Whether images have the sizes that this stage is for.</summary>
    public bool Fits<T>(ReadOnlySpan<T> images) where T : struct, IPicture
    {
        if (images.Length != _shapes.Length)
            return false;
        for (int i = 0; i < images.Length; i++)
            if (_shapes[i] != images[i].Shape)
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

    /// <summary>Records the copies of images that fit from the host's buffers and images to where the next run reads
    /// them. They wait for whatever is ahead of them, and whatever follows waits for them.</summary>
    public void RecordCopies(Commands commands, ReadOnlySpan<DeviceImage> images)
    {
        commands.BarrierFromAll();
        for (int i = 0; i < images.Length; i++)
        {
            (DeviceImage image, PictureShape shape) = (images[i], _shapes[i]);
            if (_planes[i] is not { } planes)
            {
                commands.CopyPlane(
                    image.Pixels, PlaneAspect.Whole, new Size2d(shape.Height, shape.Width), shape.BytesPerPixel,
                    _pixels[i].Part(0, shape.PixelBytes));
                continue;
            }
            commands.CopyPlane(
                image.Pixels, image.IsMultiplanar ? PlaneAspect.First : PlaneAspect.Whole,
                new Size2d(shape.Height, shape.Width), shape.SampleBytes,
                planes.Part(0, shape.RowBytes * shape.Height));
            commands.CopyPlane(
                image.ChromaPlane, image.IsMultiplanar ? PlaneAspect.Second : PlaneAspect.Whole,
                shape.Chroma, 2 * shape.SampleBytes,
                planes.Part(shape.ChromaOffset, shape.ChromaRowBytes * shape.Chroma.Height));
        }
        commands.BarrierToAll();
    }

    public override void RecordLaunch(Commands commands, BatchPart part, int index)
    {
        (_, BoundLaunch[] bound, int first, int second) = _parts[part.Index];
        if (index > 0 && (index == first || index == second))
            commands.Barrier();
        commands.Dispatch(bound[index]);
    }

    public override void Dispose() => _ownership.Dispose();

    /// <summary>What makes the items of a part.</summary>
    /// <param name="Launches">The launches.</param>
    /// <param name="Bound">The same, with their buffers.</param>
    /// <param name="First">The first of those that read pixels.</param>
    /// <param name="Second">The first of those that read lines.</param>
    private sealed record PartLaunches(KernelLaunch[] Launches, BoundLaunch[] Bound, int First, int Second);
}
