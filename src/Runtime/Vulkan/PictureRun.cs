using System.Runtime.InteropServices;
using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>Runs a program on pictures: resized and normalised on the device, each into its item of the network's input. What
/// depends on the pictures' sizes is made anew only when they change.</summary>
internal sealed class PictureRun : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly Model _model;
    private readonly ExecutionPlan _plan;
    private readonly Ownership _ownership = new();
    private readonly DeviceProgram _program;
    private readonly DeviceBuffer _readBack;
    private Prepared? _prepared;

    public PictureRun(VulkanDevice device, Model model, ExecutionPlan plan)
    {
        (_device, _model, _plan) = (device, model, plan);
        try
        {
            _program = _ownership.Take(new DeviceProgram(device, model, plan, keepLayerOutputs: false));
            _readBack = _ownership.Take(DeviceBuffer.ReadBack(device, plan.Output.ByteCount));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Run(ReadOnlySpan<Picture> pictures, Span<float> output)
    {
        if (_prepared?.Fits(pictures) != true)
        {
            _prepared?.Dispose();
            _prepared = null;
            _prepared = new Prepared(this, pictures);
            // The first has compiled the kernel, after the session's own were kept.
            _device.SavePipelineCache();
        }
        _prepared.Run(pictures);
        _readBack.Floats(0, output.Length).CopyTo(output);
    }

    public void Dispose()
    {
        _prepared?.Dispose();
        _ownership.Dispose();
    }

    /// <summary>What depends on the pictures' sizes: their buffers, the filters, the commands.</summary>
    private sealed class Prepared : IDisposable
    {
        private readonly Ownership _ownership = new();
        private readonly (int Width, int Height, PixelFormat Format)[] _sizes;
        private readonly DeviceBuffer[] _pixels;
        private readonly CommandRecording _recording;

        public Prepared(PictureRun run, ReadOnlySpan<Picture> pictures)
        {
            VulkanDevice device = run._device;
            _sizes = new (int, int, PixelFormat)[pictures.Length];
            _pixels = new DeviceBuffer[pictures.Length];
            // A large picture takes two launches.
            List<Launch> first = [], second = [];
            try
            {
                var sets = _ownership.Take(new DescriptorSets(device, 2 * pictures.Length, 8 * pictures.Length, 0));
                for (int i = 0; i < pictures.Length; i++)
                {
                    Picture picture = pictures[i];
                    _sizes[i] = (picture.Width, picture.Height, picture.Format);
                    KernelDispatch[] dispatches = DispatchesOf(run, picture, i, out uint[] layout, out float[] weights);
                    _pixels[i] = Filled(device, (picture.Pixels.Length + 3) / 4, default);
                    BufferRange pixels = RangeOf(_pixels[i]), input = run._program.PlaceOf(run._plan.Input);
                    BufferRange layoutRange = RangeOf(Filled(device, layout.Length, MemoryMarshal.Cast<uint, float>(layout)));
                    BufferRange weightsRange = RangeOf(Filled(device, weights.Length, weights));
                    if (dispatches is [var whole])
                    {
                        first.Add(LaunchOf(whole, pixels, input));
                        continue;
                    }
                    BufferRange lines = RangeOf(
                        _ownership.Take(DeviceBuffer.Storage(device, Checked(device, dispatches[0].Operands[1].ByteCount))));
                    first.Add(LaunchOf(dispatches[0], pixels, lines));
                    second.Add(LaunchOf(dispatches[1], lines, input));

                    Launch LaunchOf(KernelDispatch dispatch, BufferRange from, BufferRange to)
                    {
                        ComputePipeline pipeline = _ownership.Take(device.Pipelines.Take(dispatch)).Pipeline;
                        return new Launch(
                            pipeline, sets.Allocate(pipeline.SetLayout, dispatch, [from, to, layoutRange, weightsRange]), dispatch.Groups);
                    }
                }
                _recording = _ownership.Take(new CommandRecording(device, commands =>
                {
                    foreach (Launch launch in first)
                        commands.Dispatch(launch.Pipeline, launch.Set, launch.Groups);
                    if (second.Count > 0)
                        commands.Barrier();
                    foreach (Launch launch in second)
                        commands.Dispatch(launch.Pipeline, launch.Set, launch.Groups);
                    run._program.RecordLaunches(commands);
                    commands.Copy(run._program.PlaceOf(run._plan.Output), RangeOf(run._readBack));
                    commands.BarrierToHost();
                }));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public bool Fits(ReadOnlySpan<Picture> pictures)
        {
            if (pictures.Length != _sizes.Length)
                return false;
            for (int i = 0; i < pictures.Length; i++)
                if (_sizes[i] != (pictures[i].Width, pictures[i].Height, pictures[i].Format))
                    return false;
            return true;
        }

        public void Run(ReadOnlySpan<Picture> pictures)
        {
            for (int i = 0; i < pictures.Length; i++)
                pictures[i].Pixels.Span.CopyTo(MemoryMarshal.AsBytes(_pixels[i].Floats(0, _pixels[i].ByteCount / sizeof(float))));
            _recording.Submit();
            _recording.Wait();
        }

        public void Dispose() => _ownership.Dispose();

        private static BufferRange RangeOf(DeviceBuffer buffer) => new(buffer.Handle, 0, buffer.ByteCount);

        private DeviceBuffer Filled(VulkanDevice device, int count, ReadOnlySpan<float> data)
        {
            DeviceBuffer buffer = _ownership.Take(DeviceBuffer.HostStorage(device, Checked(device, (long)count * sizeof(float))));
            data.CopyTo(buffer.Floats(0, count));
            return buffer;
        }

        private static long Checked(VulkanDevice device, long byteCount)
        {
            uint largest = device.Physical.Limits.MaxStorageBufferRange;
            return byteCount <= largest
                ? byteCount
                : throw new UnsupportedDeviceException(
                    $"A picture needs a buffer of {byteCount} bytes, but {device.Physical.Info.Name} takes {largest} at most.");
        }

        /// <summary>One launch, or for a large picture two: along x, then along y.</summary>
        private static KernelDispatch[] DispatchesOf(
            PictureRun run, Picture picture, int place, out uint[] layout, out float[] weights)
        {
            TensorShape input = run._model.Graph.InputShape;
            PictureFilter columns = PictureFilter.Of(picture.Width, input[2]), rows = PictureFilter.Of(picture.Height, input[1]);
            bool blueFirst = picture.Format == PixelFormat.Bgra8;
            layout =
            [
                (uint)picture.Width, (uint)picture.BytesPerPixel, blueFirst ? 2u : 0u, blueFirst ? 0u : 2u,
                (uint)columns.Taps, (uint)rows.Taps, (uint)(place * input.Count), (uint)picture.Height, .. columns.First, .. rows.First,
            ];
            (IReadOnlyList<float> mean, IReadOnlyList<float> deviation) = run._model.Preprocessing;
            weights =
            [
                .. mean.Zip(deviation).SelectMany(channel => new[]
                {
                    1 / (255 * channel.Second), -channel.First / channel.Second,
                }),
                .. columns.Weights, .. rows.Weights,
            ];
            uint[] shape = [(uint)input[1], (uint)input[2]];
            var groups = GroupCount.Linear(input[1] * input[2]);
            long turns = Turns.Of(rows.Taps, columns.Taps);
            Operand pixels = run._plan.Input, lines = new Activation(3L * picture.Height * input[2]);
            KernelDispatch[] dispatches = turns <= Slices.LongestWhole
                ? [Of("picture", groups, turns, pixels, pixels)]
                :
                [
                    Of("picture_lines", GroupCount.Linear((long)picture.Height * input[2]), Turns.Of(columns.Taps), pixels, lines),
                    Of("picture_of_lines", groups, Turns.Of(rows.Taps), lines, pixels),
                ];
            foreach (KernelDispatch dispatch in dispatches)
                Turns.Check(dispatch, TurnProbe.LargestOn(run._device));
            return dispatches;

            // The buffers are this class's own: of the operands of a launch only the lines' size counts.
            KernelDispatch Of(string kernel, GroupCount size, long most, Operand from, Operand to) =>
                new(ModelGraph.InputName, kernel, shape, size, [from, to, pixels, pixels], Turns: most);
        }

        private readonly record struct Launch(ComputePipeline Pipeline, Silk.NET.Vulkan.DescriptorSet Set, GroupCount Groups);
    }
}
