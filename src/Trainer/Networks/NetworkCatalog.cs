using SoftPool.Operators;

namespace SoftPool.Trainer.Networks;

/// <summary>The networks by name: each with its own pooling, with SoftPool in its place, and with
/// SoftPool of shared weights.</summary>
internal static class NetworkCatalog
{
    private static readonly (string Name, Func<string, Downsampling, int, Size2d, ModelGraph> Create)[] Networks =
    [
        ("alexnet", AlexNet.Create), ("alexnet_torchvision", AlexNet.CreateTorchvisions), ("vgg11", Vgg.Vgg11),
        ("vgg16", Vgg.Vgg16), ("resnet18", ResNet.ResNet18), ("resnet34", ResNet.ResNet34),
        ("resnet50", ResNet.ResNet50), ("resnet101", ResNet.ResNet101), ("resnext50", ResNet.ResNeXt50),
        ("densenet121", DenseNet.DenseNet121), ("googlenet", GoogLeNet.Create), ("squeezenet", SqueezeNet.Create),
        ("shufflenet_v2_x1_0", ShuffleNetV2.Create), ("unet", UNet.Create),
    ];

    /// <summary>Those that have no pooling but the global one.</summary>
    private static readonly (string Name, Func<string, int, Size2d, ModelGraph> Create)[] WithoutPools =
    [
        ("mobilenet_v2", MobileNetV2.Create), ("mobilenet_v3_large", MobileNetV3.CreateLarge),
        ("mobilenet_v3_small", MobileNetV3.CreateSmall), ("efficientnet_b0", EfficientNet.CreateB0),
    ];

    private static readonly (string Suffix, Downsampling Pool)[] Pools =
    [
        ("", default), ("-softpool", new(SoftPoolWeighting.PerChannel)),
        ("-softpool-shared", new(SoftPoolWeighting.SharedAcrossChannels)),
    ];

    /// <summary>The image size that the networks were designed for, in pixels.</summary>
    public static Size2d DefaultInputSize => 224;

    /// <summary>CIFAR-10's classes in the order of its labels.</summary>
    public static IReadOnlyList<string> Cifar10Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The names, in the order in which to show them.</summary>
    public static IReadOnlyCollection<string> Names { get; } =
    [
        .. Networks.SelectMany(network => Pools.Select(pool => network.Name + pool.Suffix)),
        .. WithoutPools.Select(network => network.Name),
    ];

    /// <summary>The names in words: all of them are too many to list.</summary>
    public static string Described { get; } =
        $"{string.Join(", ", Networks.Select(network => network.Name))}, each also with -softpool or -softpool-shared "
        + $"behind it, and {string.Join(", ", WithoutPools.Select(network => network.Name))}";

    /// <summary>Writes a network down for images and classes of one's own.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">The number of outputs; of unet, of maps.</param>
    /// <param name="inputSize">Height and width of the images in pixels; <see cref="DefaultInputSize"/> unless given.
    /// </param>
    /// <exception cref="UserErrorException">There is no network of that name; the message says which there
    /// are.</exception>
    /// <exception cref="ShapeMismatchException">The images are too small, or there are no classes.</exception>
    public static ModelGraph Create(string name, int classes, Size2d? inputSize = null)
    {
        foreach ((string network, Func<string, Downsampling, int, Size2d, ModelGraph> create) in Networks)
            foreach ((string suffix, Downsampling pool) in Pools)
                if (network + suffix == name)
                    return create(name, pool, classes, inputSize ?? DefaultInputSize);
        foreach ((string network, Func<string, int, Size2d, ModelGraph> create) in WithoutPools)
            if (network == name)
                return create(name, classes, inputSize ?? DefaultInputSize);
        throw new UserErrorException($"There is no network '{name}'; there are {Described}.");
    }

    /// <summary>The names of the parameters of a network whose shapes depend on the number of classes: its last
    /// layer's.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UserErrorException">There is no network of that name.</exception>
    public static IReadOnlyCollection<string> ParametersOfClasses(string name) =>
        [.. Create(name, 2).Parameters.Except(Create(name, 3).Parameters).Select(parameter => parameter.Name)];
}
