using SoftPool.Torch.Modules;
using TorchSharp;
using static TorchSharp.torch.nn;
using Nn = TorchSharp.Modules;
using T = TorchSharp.torch.Tensor;

namespace SoftPool.Torch.Tests.Export;

/// <summary>LeNet-5 as a sequence.</summary>
internal static class LeNet
{
    public static Nn.Sequential Create() => Sequential(
        ("conv1", Conv2d(1, 6, 5, padding: 2)), ("tanh1", Tanh()), ("pool1", AvgPool2d(2)),
        ("conv2", Conv2d(6, 16, 5)), ("tanh2", Tanh()), ("pool2", AvgPool2d(2)),
        ("flatten", Flatten()), ("fc1", Linear(16 * 5 * 5, 120)), ("tanh3", Tanh()),
        ("fc2", Linear(120, 84)), ("tanh4", Tanh()), ("fc3", Linear(84, 10)));
}

/// <summary>Two residual blocks; one ReLU serves the whole network.</summary>
internal sealed class ResidualNetwork : Module<T, T>
{
    private readonly Module<T, T> stem, head;
    private readonly Nn.ModuleList<Module<T, T>> blocks;

    public ResidualNetwork() : base(nameof(ResidualNetwork))
    {
        stem = Sequential(Conv2d(3, 16, 3, padding: 1, bias: false), BatchNorm2d(16), ReLU(inplace: true));
        blocks = ModuleList<Module<T, T>>(new Block(16, 16, 1), new Block(16, 24, 2));
        head = Sequential(AdaptiveAvgPool2d(1), Flatten(), Linear(24, 5));
        RegisterComponents();
    }

    public override T forward(T x)
    {
        x = stem.call(x);
        foreach (Module<T, T> block in blocks)
            x = block.call(x);
        return head.call(x);
    }

    private sealed class Block : Module<T, T>
    {
        private readonly Module<T, T> conv1, bn1, conv2, bn2, relu, shortcut;
        private readonly Add add = new();

        public Block(int from, int to, int stride) : base(nameof(Block))
        {
            conv1 = Conv2d(from, to, 3, stride: stride, padding: 1, bias: false);
            bn1 = BatchNorm2d(to);
            conv2 = Conv2d(to, to, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(to);
            relu = ReLU();
            shortcut = from == to && stride == 1
                ? Identity()
                : Sequential(Conv2d(from, to, 1, stride: stride, bias: false), BatchNorm2d(to));
            RegisterComponents();
        }

        public override T forward(T x)
        {
            T y = relu.call(bn1.call(conv1.call(x)));
            return relu.call(add.call(bn2.call(conv2.call(y)), shortcut.call(x)));
        }
    }
}

/// <summary>Two levels down and up again, resized to the sizes that odd extents left.</summary>
internal sealed class UNet : Module<T, T>
{
    private readonly Module<T, T> down1, down2, bottom, pool, up2, merge2, merge1, last;
    private readonly Interpolate resize = new(torch.InterpolationMode.Bilinear, align_corners: false);
    private readonly Concat concat = new();

    public UNet() : base(nameof(UNet))
    {
        down1 = Twice(3, 8);
        down2 = Twice(8, 16);
        bottom = Twice(16, 24);
        pool = MaxPool2d(2);
        up2 = ConvTranspose2d(24, 16, 2, stride: 2);
        merge2 = Twice(32, 16);
        merge1 = Twice(24, 8);
        last = Conv2d(8, 2, 1);
        RegisterComponents();
    }

    public override T forward(T x)
    {
        T first = down1.call(x), second = down2.call(pool.call(first));
        T y = up2.call(bottom.call(pool.call(second)));
        y = merge2.call(concat.call([resize.call(y, second), second]));
        return last.call(merge1.call(concat.call([resize.call(y, first), first])));
    }

    private static Nn.Sequential Twice(int from, int to) => Sequential(
        Conv2d(from, to, 3, padding: 1), BatchNorm2d(to), LeakyReLU(0.1),
        Conv2d(to, to, 3, padding: 1), BatchNorm2d(to), LeakyReLU(0.1));
}

/// <summary>An inverted residual of MobileNetV2 behind a stem.</summary>
internal sealed class MobileNetBlock : Module<T, T>
{
    private readonly Module<T, T> stem, expand, depthwise, project, pool, classifier;
    private readonly Add skip = new();

    public MobileNetBlock() : base(nameof(MobileNetBlock))
    {
        stem = Sequential(Conv2d(3, 8, 3, stride: 2, padding: 1, bias: false), BatchNorm2d(8), ReLU6(inplace: true));
        expand = Sequential(Conv2d(8, 48, 1, bias: false), BatchNorm2d(48), ReLU6(inplace: true));
        depthwise = Sequential(
            Conv2d(48, 48, 3, padding: 1, groups: 48, bias: false), BatchNorm2d(48), ReLU6(inplace: true));
        project = Sequential(Conv2d(48, 8, 1, bias: false), BatchNorm2d(8));
        pool = AdaptiveAvgPool2d(1);
        classifier = Sequential(Flatten(), Dropout(0.2), Linear(8, 4));
        RegisterComponents();
    }

    public override T forward(T x)
    {
        T y = stem.call(x);
        return classifier.call(pool.call(skip.call(y, project.call(depthwise.call(expand.call(y))))));
    }
}

/// <summary>Channels weighted by what a small network makes of their means.</summary>
internal sealed class SqueezeAndExcitation : Module<T, T>
{
    private readonly Module<T, T> conv, squeeze, excite, shape, head;
    private readonly Multiply scale = new();

    public SqueezeAndExcitation() : base(nameof(SqueezeAndExcitation))
    {
        conv = Sequential(Conv2d(3, 16, 3, padding: 1), SiLU());
        squeeze = Sequential(AdaptiveAvgPool2d(1), Flatten());
        excite = Sequential(Linear(16, 4), ReLU(), Linear(4, 16), Sigmoid());
        shape = new Reshape(16, 1, 1);
        head = Sequential(MaxPool2d(2), Flatten(), Linear(16 * 6 * 5, 3));
        RegisterComponents();
    }

    public override T forward(T x)
    {
        T y = conv.call(x);
        return head.call(scale.call(shape.call(excite.call(squeeze.call(y))), y));
    }
}

/// <summary>Dropout and batch norm, left in training mode.</summary>
internal static class Regularized
{
    public static Nn.Sequential Create()
    {
        Nn.Sequential network = Sequential(
            Conv2d(3, 12, 3), BatchNorm2d(12), ReLU(inplace: true), Dropout2d(0.3), MaxPool2d(2),
            Flatten(), Linear(12 * 6 * 5, 32), BatchNorm1d(32), ReLU(), Dropout(0.5), Linear(32, 6));
        network.train();
        using (torch.no_grad())
            for (int step = 0; step < 3; step++)
                network.call(torch.randn([8, 3, 14, 12])).Dispose();
        return network;
    }
}

/// <summary>Four branches that are joined.</summary>
internal sealed class Inception : Module<T, T>
{
    private readonly Module<T, T> one, three, five, pooled, head;
    private readonly Concat concat = new();

    public Inception() : base(nameof(Inception))
    {
        one = Conv2d(3, 4, 1);
        three = Sequential(Conv2d(3, 6, 1), ReLU(), Conv2d(6, 8, 3, padding: 1));
        five = Sequential(Conv2d(3, 2, 1), ReLU(), Conv2d(2, 4, 5, padding: 2));
        pooled = Sequential(MaxPool2d(3, stride: 1, padding: 1), Conv2d(3, 4, 1));
        head = Sequential(ReLU(), new GlobalSoftPool(), Flatten(), Linear(20, 7), Softmax(1));
        RegisterComponents();
    }

    public override T forward(T x) =>
        head.call(concat.call([one.call(x), three.call(x), five.call(x), pooled.call(x)]));
}

/// <summary>An AlexNet with SoftPool, of the size of a test.</summary>
internal sealed class SoftPoolAlexNet : Module<T, T>
{
    private readonly Module<T, T> features, classifier;
    private readonly Nn.Flatten flatten = Flatten();

    public SoftPoolAlexNet() : base(nameof(SoftPoolAlexNet))
    {
        features = Sequential(
            Conv2d(3, 12, 11, stride: 4, padding: 5), ReLU(), new SoftPool2d(3, 2),
            Conv2d(12, 32, 5, padding: 2), ReLU(), new SoftPool2d(3, 2),
            Conv2d(32, 48, 3, padding: 1), ReLU(),
            Conv2d(48, 32, 3, padding: 1), ReLU(),
            new SoftPool2d(3, 2, weighting: SoftPoolWeighting.SharedAcrossChannels));
        classifier = Sequential(Linear(32 * 2 * 2, 64), ReLU(), Dropout(0.5), Linear(64, 10));
        RegisterComponents();
    }

    public override T forward(T x) => classifier.call(flatten.call(features.call(x)));
}

/// <summary>Classifies and locates from the same features.</summary>
internal sealed class TwoHeads : Module<T, (T Classes, T Box)>
{
    private readonly Module<T, T> features, classes, box;

    public TwoHeads() : base(nameof(TwoHeads))
    {
        features = Sequential(Conv2d(3, 8, 3, stride: 2), BatchNorm2d(8), ReLU(), AdaptiveMaxPool2d([1, 1]), Flatten());
        classes = Linear(8, 5);
        box = Sequential(Linear(8, 8), Hardswish(), Linear(8, 4));
        RegisterComponents();
    }

    public override (T Classes, T Box) forward(T x)
    {
        x = features.call(x);
        return (classes.call(x), box.call(x));
    }
}

/// <summary>Compares two pictures of different sizes, which go through the same layers.</summary>
internal sealed class Siamese : Module<T, T, T>
{
    private readonly Module<T, T> conv, pool, last;
    private readonly Subtract difference = new();

    public Siamese() : base(nameof(Siamese))
    {
        conv = Conv2d(1, 6, 3);
        pool = Sequential(new GlobalSoftPool(), Flatten());
        last = Linear(6, 2);
        RegisterComponents();
    }

    public override T forward(T left, T right) =>
        last.call(difference.call(pool.call(conv.call(left)), pool.call(conv.call(right))));
}
