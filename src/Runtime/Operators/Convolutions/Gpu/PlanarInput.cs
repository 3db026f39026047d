using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>How conv2d_planes.comp lays out a convolution's input: (N, groups, planes of four channels, height, width,
/// 4).</summary>
internal sealed class PlanarInput : IWordLayout
{
    private const int WordFloats = 4;

    private readonly Conv2d _convolution;
    private readonly LoweringStep _step;
    private readonly int _planes, _height, _width;

    public PlanarInput(Conv2d convolution, LoweringStep step)
    {
        (_convolution, _step) = (convolution, step);
        (Size2d kernel, Size2d stride, Size2d dilation) = (convolution.KernelSize, convolution.Stride, convolution.Dilation);
        _planes = Division.RoundUp(convolution.InChannels / convolution.Groups, WordFloats);
        _height = (step.OutputShape[1] - 1) * stride.Height + (kernel.Height - 1) * dilation.Height + 1;
        _width = (step.OutputShape[2] - 1) * stride.Width + (kernel.Width - 1) * dilation.Width + 1;
        Window = kernel.Height * kernel.Width * _planes;
        long plane = (long)_height * _width;
        // A run goes through the planes: so sums run over kernel rows, then kernel columns, then channels.
        Places =
        [
            ("MAP", plane * _planes), ("ROW", _width * stride.Height), ("COLUMN", stride.Width), ("RUN", _planes),
            ("STEP", plane), ("TAP", dilation.Width), ("NEXT", _width * dilation.Height), ("RUNS", kernel.Width),
        ];
    }

    public long Count => (long)_step.Batch * _convolution.Groups * _planes * _height * _width * WordFloats;

    public int Window { get; }

    public SpecializationConstant[] Places { get; }

    public IEnumerable<(int From, int Output, int Word, int Number)> Weights()
    {
        int taps = _convolution.KernelSize.Height * _convolution.KernelSize.Width;
        int inChannels = _convolution.InChannels / _convolution.Groups;
        for (int o = 0; o < _convolution.OutChannels; o++)
            for (int c = 0; c < inChannels; c++)
                for (int tap = 0; tap < taps; tap++)
                    yield return ((o * inChannels + c) * taps + tap, o, tap * _planes + c / WordFloats, c % WordFloats);
    }

    public Activation Dispatch()
    {
        TensorShape input = _step.InputShape;
        var planes = new Activation(Count, _step.Options.Fp16);
        bool texels = _step.TakesTexels("conv2d_planes", _step.Input.Count);
        _step.Dispatch(
            "conv2d_planes",
            [
                ("BATCH", _step.Batch), ("CHANNELS", input[0]), ("HEIGHT", input[1]), ("WIDTH", input[2]),
                ("GROUPS", _convolution.Groups), ("PLANES", _planes), ("PADDED_HEIGHT", _height), ("PADDED_WIDTH", _width),
                ("PADDING_HEIGHT", _convolution.Padding.Height), ("PADDING_WIDTH", _convolution.Padding.Width),
            ],
            GroupCount.Linear(Count / WordFloats), texels ? 1u : 0, _step.Input, planes);
        return planes;
    }
}
