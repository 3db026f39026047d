using SoftPool.Operators;
using Nn = TorchSharp.Modules;

namespace SoftPool.Torch.Export.Converters;

/// <summary>Convolutions and linear layers. A convolution of one axis is one of two axes, of which the first has one
/// row.</summary>
internal static class Convolutions
{
    public static void AddTo(ConverterTable table)
    {
        table.Add<Nn.Conv1d>((conv, call) => Conv(conv, call, axes: 1));
        table.Add<Nn.Conv2d>((conv, call) => Conv(conv, call, axes: 2));
        table.Add<Nn.Conv3d>((conv, call) => Conv(conv, call, axes: 3));
        table.Add<Nn.ConvTranspose1d>(ConvTranspose);
        table.Add<Nn.ConvTranspose2d>(ConvTranspose);
        table.Add<Nn.Linear>((linear, _) => new Conversion(
            new Linear(checked((int)linear.in_features), checked((int)linear.out_features))
            {
                Bias = linear.bias is not null,
            }).With(("weight", linear.weight), ("bias", linear.bias)));
    }

    private static Conversion Conv(Nn.Convolution conv, ModuleCall call, int axes)
    {
        if (conv.padding_mode != TorchSharp.PaddingModes.Zeros)
            return Conversion.Refused(
                $"has the padding mode {conv.padding_mode}: take a module such as torch.nn.ReflectionPad2d before it");
        int[] kernel = Sizes.Of(conv.kernel_size, axes), dilation = Sizes.Of(conv.dilation ?? [1], axes);
        int[] padding = Sizes.Of(conv.padding_type is null ? conv.padding ?? [0] : [0], axes);
        if (conv.padding_type == TorchSharp.Padding.Same)
        {
            int[] added = [.. kernel.Zip(dilation, (size, step) => step * (size - 1))];
            if (added.Any(places => places % 2 != 0))
                return Conversion.Refused(
                    $"has the padding Same with a kernel of {string.Join('x', kernel)}, which pads one side more than "
                    + "the other: take torch.nn.ZeroPad2d before it");
            padding = [.. added.Select(places => places / 2)];
        }
        int[] stride = Sizes.Of(conv.stride ?? [1], axes);
        (int channels, int outChannels) = (checked((int)conv.in_channels), checked((int)conv.out_channels));
        (int groups, bool bias) = (checked((int)conv.groups), conv.bias is not null);
        return Layer(conv, call, axes == 3
            ? new Conv3d(channels, outChannels, Cube(kernel), Cube(stride), Cube(padding))
            {
                Dilation = Cube(dilation),
                Groups = groups,
                Bias = bias,
            }
            : new Conv2d(channels, outChannels, Flat(kernel, 1), Flat(stride, 1), Flat(padding, 0))
            {
                Dilation = Flat(dilation, 1),
                Groups = groups,
                Bias = bias,
            });

        static Size3d Cube(int[] sizes) => new(sizes[0], sizes[1], sizes[2]);
        static Size2d Flat(int[] sizes, int none) => new(sizes.Length == 1 ? none : sizes[0], sizes[^1]);
    }

    private static Conversion ConvTranspose(Nn.Convolution conv, ModuleCall call)
    {
        var op = new ConvTranspose2d(
            checked((int)conv.in_channels), checked((int)conv.out_channels), Size(conv.kernel_size, 1),
            Size(conv.stride, 1), Size(conv.padding, 0))
        {
            Dilation = Size(conv.dilation, 1),
            Groups = checked((int)conv.groups),
            Bias = conv.bias is not null,
        };
        // What the output says, and not the module's property: TorchSharp gives all axes the padding of the first.
        (Size2d input, Size2d output) = (MapOf(call.InputShapes[0]), MapOf(call.OutputShape));
        return Layer(conv, call, op with
        {
            OutputPadding = new Size2d(
                output.Height - (input.Height - 1) * op.Stride.Height + 2 * op.Padding.Height
                    - op.Dilation.Height * (op.KernelSize.Height - 1) - 1,
                output.Width - (input.Width - 1) * op.Stride.Width + 2 * op.Padding.Width
                    - op.Dilation.Width * (op.KernelSize.Width - 1) - 1),
        });
    }

    private static Size2d MapOf(TensorShape shape) =>
        shape.Rank == 2 ? new Size2d(1, shape[1]) : new Size2d(shape[1], shape[2]);

    private static Conversion Layer(Nn.Convolution conv, ModuleCall call, Operator op)
    {
        TensorShape input = call.InputShapes[0];
        return new Conversion(op) { Shape = input.Rank == 2 ? new TensorShape(input[0], 1, input[1]) : null }
            .With(("weight", conv.weight), ("bias", conv.bias));
    }

    /// <summary>Of one axis, or of two.</summary>
    /// <param name="sizes">The sizes; none for what is along no axis.</param>
    /// <param name="none">What is along no axis.</param>
    private static Size2d Size(long[]? sizes, int none) => sizes switch
    {
        null or [] => none,
        [long width] => new Size2d(none, checked((int)width)),
        _ => Sizes.Pair(sizes),
    };
}
