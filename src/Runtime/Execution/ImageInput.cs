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
    private readonly KernelLaunch[] _launches;
    private readonly BoundLaunch[] _bound;
    private readonly int _second;

    /// <param name="device">Where they are resized.</param>
    /// <param name="model">Whose preprocessing they get.</param>
    /// <param name="plan">The plan whose only input they become.</param>
    /// <param name="program">The program that reads it.</param>
    /// <param name="images">The first images; the sizes are theirs.</param>
    /// <param name="takesWhole">Whether one launch may resize an image that is not large.</param>
    /// <exception cref="DeviceLimitException">A buffer exceeds what the device takes.</exception>
    public ImageInput(
        VulkanDevice device, Model model, ExecutionPlan plan,
        DeviceProgram program, ReadOnlySpan<Image> images, bool takesWhole)
    {
        _sizes = new (int, int, PixelFormat)[images.Length];
        _pixels = new DeviceBuffer[images.Length];
        Operand input = plan.Inputs[0];
        var places = new Dictionary<Operand, BufferRange> { [input] = program.PlaceOf(input) };
        var plans = new ImagePlan[images.Length];
        for (int i = 0; i < images.Length; i++)
        {
            _sizes[i] = (images[i].Width, images[i].Height, images[i].Format);
            plans[i] = ImagePlan.Of(images[i], i, model.Graph.InputShape, model.Preprocessing, input, takesWhole);
        }
        // One barrier for all images: first each one's first launch, then the second launches of those that take two.
        _second = plans.Length;
        _launches = [.. plans.Select(image => image.Launches[0]), .. plans.SelectMany(image => image.Launches.Skip(1))];
        _bound = new BoundLaunch[_launches.Length];
        try
        {
            for (int i = 0; i < plans.Length; i++)
            {
                _pixels[i] = Take(DeviceBuffer.HostStorage, plans[i].Pixels);
                foreach (Operand operand in plans[i].Launches.SelectMany(launch => launch.Operands).Distinct())
                    if (operand is Constant constant)
                        constant.Pack()
                            .CopyTo(Take(DeviceBuffer.HostStorage, constant).Mapped<byte>(0, constant.ByteCount));
                    else if (!places.ContainsKey(operand))
                        Take(DeviceBuffer.Storage, operand);
            }
            DescriptorSets sets = _ownership.Take(DescriptorSets.For(device, _launches));
            for (int i = 0; i < _launches.Length; i++)
            {
                LoopIterations.Check(_launches[i], LoopLimitProbe.LargestOn(device));
                ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(_launches[i])).Pipeline;
                BufferRange[] ranges = [.. _launches[i].Operands.Select(operand => places[operand])];
                _bound[i] = sets.Bind(pipeline, _launches[i], ranges);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        DeviceBuffer Take(Func<VulkanDevice, long, DeviceBuffer> make, Operand operand)
        {
            uint largest = device.Physical.Limits.MaxStorageBufferRange;
            if (operand.ByteCount > largest)
                throw new DeviceLimitException(
                    $"An image needs a buffer of {operand.ByteCount} bytes, "
                    + $"but {device.Physical.Info.Name} takes {largest} at most.");
            DeviceBuffer buffer = _ownership.Take(make(device, operand.ByteCount));
            places.Add(operand, buffer.Part(0, operand.ByteCount));
            return buffer;
        }
    }

    public override IReadOnlyList<KernelLaunch> Launches => _launches;

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

    public override void RecordLaunch(Commands commands, int index)
    {
        if (index == _second)
            commands.Barrier();
        commands.Dispatch(_bound[index]);
    }

    public override void Dispose() => _ownership.Dispose();
}
