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
        table.Add<Nn.ConstantPad1d>(ConstantPad);
        table.Add<Nn.ConstantPad2d>(ConstantPad);
        table.Add<Nn.ConstantPad3d>(ConstantPad);
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
        table.Add<Nn.ReflectionPad3d>((pad, call) => Pad(pad, call, Reflection));
        table.Add<Nn.ReplicationPad1d>((pad, call) => Pad(pad, call, Replication));
        table.Add<Nn.ReplicationPad2d>((pad, call) => Pad(pad, call, Replication));
        table.Add<Nn.ReplicationPad3d>((pad, call) => Pad(pad, call, Replication));
        table.Add<Nn.Unflatten>((unflatten, call) => Sizes.Axis(unflatten.dim, call.InputShapes[0]) > 0
            ? Reshape(call)
            : Conversion.Refused("divides the batch"));
        table.Add<Nn.Upsample>(Upsample);
        table.Add<Nn.ZeroPad2d>(ConstantPad);
        table.Add<Modules.Interpolate>(Interpolate);
        table.Add<Modules.Permute>((permute, _) =>
            new(new Permute([.. permute.dims.Select(dim => checked((int)dim))])));
        table.Add<Modules.Reshape>((_, call) => Reshape(call));
    }

    private static Conversion Reshape(ModuleCall call) =>
        new(call.OutputShape.Rank == 1 ? new Flatten() : new Reshape(call.OutputShape));

    // Of a probability of 1 the runtime has no layer, and in evaluation mode it is nothing either.
    private static Conversion Dropout(double p) => p < 1 ? new(new Dropout(p)) : Conversion.Nothing;

    /// <summary>Along one axis any value, along height and width zeros.</summary>
    private static Conversion ConstantPad(Nn.PadBase pad, ModuleCall call)
    {
        TensorShape input = call.InputShapes[0];
        int[] sides = Sizes.Of(pad.padding, 2 * (input.Rank - 1));
        int[] axes = [.. Enumerable.Range(0, sides.Length / 2).Where(axis =>
            sides[2 * axis] != 0 || sides[2 * axis + 1] != 0)];
        if (pad.value == 0 && !axes.Contains(2))
            return Pad(pad, call, Zeros);
        // The sides of the last axis are the first.
        return axes is [var only]
            ? new(new ConstantPad(input.Rank - only, sides[2 * only], sides[2 * only + 1], pad.value))
            : Conversion.Refused(
                "pads several axes, and not height and width with 0: take one torch.nn.ConstantPad for each axis");
    }

    /// <summary>A line is a map of one row. A volume whose depth stays is a map of more channels.</summary>
    private static Conversion Pad(Nn.PadBase pad, ModuleCall call, Func<int[], Operator> pads)
    {
        TensorShape input = call.InputShapes[0];
        int[] sides = Sizes.Of(pad.padding, 2 * (input.Rank - 1));
        return (input.Rank, sides) switch
        {
            (2, _) => new(pads([sides[0], sides[1], 0, 0])) { Shape = new TensorShape(input[0], 1, input[1]) },
            (4, [.., 0, 0]) => new(pads(sides[..4]))
            {
                Shape = new TensorShape(input[0] * input[1], input[2], input[3]),
            },
            (4, _) => Conversion.Refused("pads the depth"),
            _ => new(pads(sides)),
        };
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
            isFactor ? new Scale2d(call.InputShapes[0].Rank == 2 ? 1 : factors[0], factors[^1]) : null);
    }

    private static Conversion Interpolate(Modules.Interpolate interpolate, ModuleCall call) =>
        Resize(interpolate.mode, interpolate.align_corners, call, null) with { Inputs = [0] };

    private static Conversion Resize(
        torch.InterpolationMode mode, bool? alignsCorners, ModuleCall call, Scale2d? factor)
    {
        TensorShape input = call.InputShapes[0];
        if (input.Rank is not (2 or 3))
            return Conversion.Refused($"resizes {input}, which is neither (C, L) nor (C, H, W)");
        bool isLine = input.Rank == 2; // Then it is a map of one row.
        UpsampleMode? ours = mode switch
        {
            torch.InterpolationMode.Nearest => UpsampleMode.Nearest,
            torch.InterpolationMode.Linear or torch.InterpolationMode.Bilinear => UpsampleMode.Bilinear,
            torch.InterpolationMode.Bicubic => UpsampleMode.Bicubic,
            _ => null,
        };
        if (ours is null)
            return Conversion.Refused($"has the mode {mode}");
        UpsampleCoordinates coordinates = ours == UpsampleMode.Nearest ? UpsampleCoordinates.Asymmetric
            : alignsCorners == true ? UpsampleCoordinates.AlignCorners : UpsampleCoordinates.HalfPixel;
        var size = new Size2d(isLine ? 1 : call.OutputShape[1], call.OutputShape.Extents[^1]);
        return new(new Upsample(factor is null ? size : default, factor ?? default, ours.Value, coordinates))
        {
            Shape = isLine ? new TensorShape(input[0], 1, input[1]) : null,
        };
    }
}
