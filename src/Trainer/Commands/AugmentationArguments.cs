using System.CommandLine;
using SoftPool.Trainer.Augmentation;

namespace SoftPool.Trainer.Commands;

/// <summary>The options for augmentation: --no-augmentation for none of it, and one for each part, which counts in any
/// case. </summary>
internal sealed class AugmentationArguments
{
    private static readonly AugmentationOptions Defaults = new();

    private readonly Option<bool> _none =
        new("--no-augmentation") { Description = "Switches off all parts except those that are given." };
    private readonly Option<double> _brightness =
        Part("--brightness", "The factor is within 1 ± this; 0 is off.", Defaults.Brightness);
    private readonly Option<double> _contrast =
        Part("--contrast", "The factor is within 1 ± this; 0 is off.", Defaults.Contrast);
    private readonly Option<double> _saturation =
        Part("--saturation", "The factor is within 1 ± this; 0 is off.", Defaults.Saturation);
    private readonly Option<double> _mixup =
        Part("--mixup", "Mixes images and labels, with shares from Beta(this, this); 0 is off.", Defaults.Mixup);
    private readonly Option<double> _cropScale =
        Part("--crop-scale", "The smallest area of a crop, as a part of the image; 1 is off.", Defaults.CropScale);
    private readonly Option<double> _flip = Part("--flip", "The probability of mirroring; 0 is off.", Defaults.Flip);
    private readonly Option<double> _rotation =
        Part("--rotation", "The largest rotation to each side, in degrees; 0 is off.", Defaults.Rotation);

    public void AddTo(Command command)
    {
        command.Options.Add(_none);
        foreach (Option<double> part in (Option<double>[])
            [_brightness, _contrast, _saturation, _mixup, _cropScale, _flip, _rotation])
            command.Options.Add(part);
    }

    public AugmentationOptions Read(ParseResult parse)
    {
        AugmentationOptions fallback = parse.GetValue(_none) ? AugmentationOptions.None : Defaults;
        return new AugmentationOptions
        {
            Brightness = Value(_brightness, fallback.Brightness),
            Contrast = Value(_contrast, fallback.Contrast),
            Saturation = Value(_saturation, fallback.Saturation),
            Mixup = Value(_mixup, fallback.Mixup),
            CropScale = Value(_cropScale, fallback.CropScale),
            Flip = Value(_flip, fallback.Flip),
            Rotation = Value(_rotation, fallback.Rotation),
        };

        double Value(Option<double> part, double otherwise) =>
            parse.GetResult(part) is { Implicit: false } ? parse.GetValue(part) : otherwise;
    }

    private static Option<double> Part(string name, string description, double value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
