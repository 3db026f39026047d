using System.CommandLine;

namespace SoftPool.Trainer.Commands;

/// <summary>The options for how pictures get the size that a network takes.</summary>
internal sealed class ResizeArguments
{
    private readonly Option<Mode> _mode = new("--resize")
    {
        Description = "How a picture gets the size that the network takes: stretch; crop, the shorter edge to "
            + "--resize-size and then the centre, as torchvision does; letterbox, whole and with a border, as YOLO "
            + "does.",
    };
    private readonly Option<int?> _size = new("--resize-size")
    {
        Description = "The length of the shorter edge before the crop, such as 256 for a network that takes 224.",
    };
    private readonly Option<int?> _fill = new("--fill")
    {
        Description = "The value of a letterbox's border, 0 to 255. Default: 114.",
    };
    private readonly Option<Interpolation> _interpolation = new("--interpolation")
    {
        Description = "How the values between pixels are computed; bicubic as Pillow does.",
        DefaultValueFactory = _ => Interpolation.Bilinear,
    };
    private readonly Option<bool> _plain = new("--no-antialias")
    {
        Description = "Shrinks without averaging, as OpenCV's INTER_LINEAR does.",
    };

    /// <summary>The values of --resize.</summary>
    private enum Mode
    {
        Stretch,
        Crop,
        Letterbox,
    }

    private Option[] All => [_mode, _size, _fill, _interpolation, _plain];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
            command.Options.Add(option);
    }

    /// <summary>What the options say; null if none is given.</summary>
    /// <exception cref="UserErrorException">They do not go together, or a value is out of range.</exception>
    public Resize? Read(ParseResult parse)
    {
        if (!All.Any(option => parse.GetResult(option) is { Implicit: false }))
            return null;
        Mode mode = parse.GetValue(_mode);
        int? size = parse.GetValue(_size), fill = parse.GetValue(_fill);
        if ((mode == Mode.Crop) != (size is not null))
            throw new UserErrorException("--resize crop and --resize-size are given together, or neither.");
        if (fill is not null && mode != Mode.Letterbox)
            throw new UserErrorException("--fill is for --resize letterbox.");
        if (fill is < 0 or > 255)
            throw new UserErrorException($"--fill takes a value of 0 to 255; got {fill}.");
        const byte Yolos = 114;
        Resize resize = mode switch
        {
            Mode.Crop => new CenterCrop(size!.Value),
            Mode.Letterbox => new Letterbox((byte)(fill ?? Yolos)),
            _ => new Stretch(),
        };
        resize = resize with { Interpolation = parse.GetValue(_interpolation), Antialias = !parse.GetValue(_plain) };
        return resize.Fault is { } fault ? throw new UserErrorException($"--resize: {fault}.") : resize;
    }
}
