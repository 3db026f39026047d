using SoftPool.Kernels;
using SoftPool.Operators.Convolutions.Cpu;

namespace SoftPool.Operators.Convolutions;

/// <summary>How conv2d_pack.comp lays out a convolution's input: (N, groups, height, width, channels), padding
/// included, read in words of some numbers. All that a window sees of one row is one run of words.</summary>
internal sealed class PackedInput : IWordLayout
{
    private readonly Conv2d _convolution;
    private readonly LoweringStep _step;
    private readonly int _height;
    private readonly long _width;

    public PackedInput(Conv2d convolution, LoweringStep step, int wordFloats)
    {
        (_convolution, _step) = (convolution, step);
        (int kernelHeight, int kernelWidth) = (convolution.KernelSize.Height, convolution.KernelSize.Width);
        int inChannels = convolution.InChannels / convolution.Groups;
        // Zero channels are added until a step to the next window is one of whole words.
        Channels = Enumerable.Range(inChannels, wordFloats).First(n => n * convolution.Stride.Width % wordFloats == 0);
        Run = Division.RoundUp(kernelWidth * Channels, wordFloats);
        Window = Run * kernelHeight;
        Column = (long)Channels * convolution.Stride.Width / wordFloats;
        // A row has room for the last window's run, and begins with a word.
        long words = (step.OutputShape[2] - 1) * Column + Run;
        _width = (words * wordFloats + Channels - 1) / Channels;
        while (_width * Channels % wordFloats != 0)
            _width++;
        _height =
            (step.OutputShape[1] - 1) * convolution.Stride.Height
            + (kernelHeight - 1) * convolution.Dilation.Height + 1;
        long row = _width * Channels / wordFloats;
        Row = row * convolution.Stride.Height;
        Jump = row * convolution.Dilation.Height - Run;
        Map = row * _height;
        WordFloats = wordFloats;
    }

    public int WordFloats { get; }

    public long Count => (long)_step.Batch * _convolution.Groups * Map * WordFloats;

    /// <summary>The channels of a group, those of padding included.</summary>
    public int Channels { get; }

    /// <summary>Words of one group of one image.</summary>
    public long Map { get; }

    /// <summary>Words from one output row's windows to the next one's.</summary>
    public long Row { get; }

    /// <summary>Words from one window to the next in its row.</summary>
    public long Column { get; }

    public int Window { get; }

    public SpecializationConstant[] Places =>
    [
        ("MAP", Map), ("ROW", Row), ("COLUMN", Column), ("RUN", Run), ("STEP", 1), ("TAP", Run),
        ("NEXT", Run + Jump), ("RUNS", 1),
    ];

    /// <summary>Words of one row of a window.</summary>
    public int Run { get; }

    /// <summary>Words from the end of one run to the beginning of the next one.</summary>
    public long Jump { get; }

    public IEnumerable<(int From, int Output, int Word, int Number)> Weights()
    {
        (int height, int width) = (_convolution.KernelSize.Height, _convolution.KernelSize.Width);
        int inChannels = _convolution.InChannels / _convolution.Groups;
        for (int o = 0; o < _convolution.OutChannels; o++)
            for (int u = 0; u < height; u++)
                for (int v = 0; v < width; v++)
                    for (int c = 0; c < inChannels; c++)
                    {
                        (int word, int number) = Math.DivRem(v * Channels + c, WordFloats);
                        yield return (((o * inChannels + c) * height + u) * width + v, o, u * Run + word, number);
                    }
    }

    public Activation Dispatch() => Dispatch(new WordLoads(AreTexels: false));

    /// <summary>Adds the launch that lays the input out, which it reads as the words are to be read.</summary>
    public Activation Dispatch(WordLoads loads)
    {
        TensorShape input = _step.InputShape;
        var packed = new Activation(Count, _step.Options.Fp16);
        int padding = _convolution.Padding.Width;
        bool areBlocks = loads.AreTexels && input[2] % 4 == 0 && Channels % 4 == 0;
        long blocks = areBlocks ? Division.RoundUp((int)_width - padding, 4) + Division.RoundUp(padding, 4) : 0;
        long invocations = areBlocks
            ? (long)_step.Batch * _convolution.Groups * _height * (Channels / 4) * blocks
            : packed.Count / 4;
        _step.Dispatch(
            "conv2d_pack",
            [
                ("BATCH", _step.Batch), ("CHANNELS", input[0]), ("HEIGHT", input[1]), ("WIDTH", input[2]),
                ("GROUPS", _convolution.Groups), ("PADDED_CHANNELS", Channels),
                ("PADDED_HEIGHT", _height), ("PADDED_WIDTH", _width),
                ("PADDING_HEIGHT", _convolution.Padding.Height), ("PADDING_WIDTH", padding), ("BLOCKS", blocks),
            ],
            GroupCount.Linear(invocations), loads.Texels(0), _step.Input, packed);
        return packed;
    }
}
