using SoftPool.Operators;
using TorchSharp;
using Nn = TorchSharp.Modules;

namespace SoftPool.Torch.Export.Converters;

/// <summary>What moves, repeats or resizes elements, and what changes nothing in evaluation mode.</summary>
internal static class Shapes
{
    public static void AddTo(ConverterTable table)
    {
        table.Add<Nn.AlphaDropout>((dropout, _) => Dropout(dropout.p));
        table.Add<Nn.ChannelShuffle>((shuffle, _) => new(new ChannelShuffle(checked((int)shuffle.groups))));
        table.Add<Nn.ConstantPad1d>((pad, call) => Pad(pad, call, Zeros));
        table.Add<Nn.ConstantPad2d>((pad, call) => Pad(pad, call, Zeros));
        table.Add<Nn.Dropout>((dropout, _) => Dropout(dropout.p));
        table.Add<Nn.Dropout1d>((dropout, _) => Dropout(dropout.p));
        table.Add<Nn.Dropout2d>((dropout, _) => Dropout(dropout.p));
        table.Add<Nn.Dropout3d>((dropout, _) => Dropout(dropout.p));
        table.Add<Nn.FeatureAlphaDropout>((dropout, _) => Dropout(dropout.p));
        table.Add<Nn.Flatten>((flatten, call) => Sizes.Axis(flatten.start_dim, call.InputShapes[0]) > 0
            ? Reshape(call)
            : Conversion.Refused("flattens the batch too"));
        table.Add<Nn.Identity>((_, _) => Conversion.Nothing);
        table.Add<Nn.PixelShuffle>((shuffle, _) => new(new PixelShuffle(checked((int)shuffle.upscale_factor))));
        table.Add<Nn.PixelUnshuffle>((shuffle, _) => new(new PixelUnshuffle(checked((int)shuffle.downscale_factor))));
        table.Add<Nn.ReflectionPad1d>((pad, call) => Pad(pad, call, Reflection));
        table.Add<Nn.ReflectionPad2d>((pad, call) => Pad(pad, call, Reflection));
        table.Add<Nn.ReplicationPad1d>((pad, call) => Pad(pad, call, Replication));
        table.Add<Nn.ReplicationPad2d>((pad, call) => Pad(pad, call, Replication));
        table.Add<Nn.Unflatten>((unflatten, call) => Sizes.Axis(unflatten.dim, call.InputShapes[0]) > 0
            ? Reshape(call)
            : Conversion.Refused("divides the batch"));
        table.Add<Nn.Upsample>(Upsample);
        table.Add<Nn.ZeroPad2d>((pad, call) => Pad(pad, call, Zeros));
        table.Add<Modules.Interpolate>(Interpolate);
        table.Add<Modules.Permute>((permute, _) =>
            new(new Permute([.. permute.dims.Select(dim => checked((int)dim))])));
        table.Add<Modules.Reshape>((_, call) => Reshape(call));
    }

    private static Conversion Reshape(ModuleCall call) =>
        new(call.OutputShape.Rank == 1 ? new Flatten() : new Reshape(call.OutputShape));

    // Of a probability of 1 the runtime has no layer, and in evaluation mode it is nothing either.
    private static Conversion Dropout(double p) => p < 1 ? new(new Dropout(p)) : Conversion.Nothing;

    private static Conversion Pad(Nn.PadBase pad, ModuleCall call, Func<int[], Operator> pads)
    {
        if (pad.value != 0)
            return Conversion.Refused("pads with a value other than 0");
        TensorShape input = call.InputShapes[0];
        int[] sides = Sizes.Of(pad.padding, 2 * (input.Rank - 1));
        return input.Rank == 2
            ? new(pads([sides[0], sides[1], 0, 0])) { Shape = new TensorShape(input[0], 1, input[1]) }
            : new(pads(sides));
    }

    private static ZeroPad2d Zeros(int[] sides) => new(sides[0], sides[1], sides[2], sides[3]);

    private static ReflectionPad2d Reflection(int[] sides) => new(sides[0], sides[1], sides[2], sides[3]);

    private static ReplicationPad2d Replication(int[] sides) => new(sides[0], sides[1], sides[2], sides[3]);

    private static Conversion Upsample(Nn.Upsample upsample, ModuleCall call)
    {
        // A factor that torch is told to recompute is that of the sizes.
        bool isFactor = upsample.size.IsEmpty && upsample.recompute_scale_factor != true;
        double[] factors = upsample.scale_factor.ToArray();
        return Resize(
            (torch.InterpolationMode)upsample.mode, upsample.align_corners, call,
            isFactor ? new Scale2d(factors[0], factors[^1]) : null);
    }

    private static Conversion Interpolate(Modules.Interpolate interpolate, ModuleCall call) =>
        Resize(interpolate.mode, interpolate.align_corners, call, null) with { Inputs = [0] };

    private static Conversion Resize(
        torch.InterpolationMode mode, bool? alignsCorners, ModuleCall call, Scale2d? factor)
    {
        if (call.InputShapes[0].Rank != 3)
            return Conversion.Refused($"resizes {call.InputShapes[0]}, which is not (C, H, W)");
        UpsampleMode? ours = mode switch
        {
            torch.InterpolationMode.Nearest => UpsampleMode.Nearest,
            torch.InterpolationMode.Bilinear => UpsampleMode.Bilinear,
            torch.InterpolationMode.Bicubic => UpsampleMode.Bicubic,
            _ => null,
        };
        if (ours is null)
            return Conversion.Refused($"has the mode {mode}");
        UpsampleCoordinates coordinates = ours == UpsampleMode.Nearest ? UpsampleCoordinates.Asymmetric
            : alignsCorners == true ? UpsampleCoordinates.AlignCorners : UpsampleCoordinates.HalfPixel;
        var size = new Size2d(call.OutputShape[1], call.OutputShape[2]);
        return new(new Upsample(
            factor is null ? size : default, factor ?? default, ours.Value, coordinates));
    }
}
