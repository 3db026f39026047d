using SoftPool.Trainer.Networks;

namespace SoftPool.Trainer.Tests.Networks;

/// <summary>The catalogue's networks against torchvision's of the same names.</summary>
[TestClass]
public sealed class NetworkCatalogTests
{
    /// <summary>The numbers of parameters that torchvision's documentation gives for 1,000 classes.</summary>
    [TestMethod]
    [DataRow("alexnet_torchvision", 61_100_840)]
    [DataRow("vgg11", 132_863_336)]
    [DataRow("vgg16", 138_357_544)]
    [DataRow("resnet18", 11_689_512)]
    [DataRow("resnet34", 21_797_672)]
    [DataRow("resnet50", 25_557_032)]
    [DataRow("resnet101", 44_549_160)]
    [DataRow("resnext50", 25_028_904)]
    [DataRow("densenet121", 7_978_856)]
    [DataRow("googlenet", 6_624_904)]
    [DataRow("squeezenet", 1_235_496)]
    [DataRow("shufflenet_v2_x1_0", 2_278_604)]
    [DataRow("mobilenet_v2", 3_504_872)]
    [DataRow("mobilenet_v3_large", 5_483_032)]
    [DataRow("mobilenet_v3_small", 2_542_856)]
    [DataRow("efficientnet_b0", 5_288_548)]
    public void A_network_has_as_many_learned_numbers_as_torchvisions(string name, int expected)
    {
        ModelGraph graph = NetworkCatalog.Create(name, 1000);
        long learned = graph.Parameters
            .Where(parameter => !parameter.Name.EndsWith("running_mean", StringComparison.Ordinal)
                && !parameter.Name.EndsWith("running_var", StringComparison.Ordinal))
            .Sum(parameter => (long)parameter.Shape.ElementCount);
        Assert.AreEqual(expected, learned);
        Assert.AreEqual(new TensorShape(1000), graph.OutputShape);
    }

    /// <summary>The number that Buda's repository and everyone who prints the network gives.</summary>
    [TestMethod]
    public void UNet_has_as_many_learned_numbers_as_Budas_and_gives_a_map()
    {
        ModelGraph graph = NetworkCatalog.Create("unet", classes: 1, 256);
        long learned = graph.Parameters
            .Where(parameter => !parameter.Name.Contains("running", StringComparison.Ordinal))
            .Sum(parameter => (long)parameter.Shape.ElementCount);
        Assert.AreEqual(7_763_041, learned);
        Assert.AreEqual(new TensorShape(1, 256, 256), graph.OutputShape);
    }

    [TestMethod]
    [DataRow("mobilenet_v2", "features.1.conv.0.0.weight 32x1x3x3; features.1.conv.1.weight 16x32x1x1; "
        + "features.2.conv.3.running_var 24; features.18.0.weight 1280x320x1x1; classifier.1.bias 1000")]
    [DataRow("mobilenet_v3_large", "features.0.0.weight 16x3x3x3; features.1.block.1.0.weight 16x16x1x1; "
        + "features.4.block.2.fc1.weight 24x72x1x1; features.15.block.3.1.weight 160; features.16.0.weight "
        + "960x160x1x1; classifier.3.weight 1000x1280")]
    [DataRow("mobilenet_v3_small", "features.1.block.0.0.weight 16x1x3x3; features.1.block.1.fc2.bias 16; "
        + "features.4.block.2.fc1.weight 24x96x1x1; classifier.0.weight 1024x576")]
    [DataRow("efficientnet_b0", "features.1.0.block.1.fc1.weight 8x32x1x1; features.2.0.block.2.fc1.weight 4x96x1x1; "
        + "features.6.3.block.3.0.weight 192x1152x1x1; features.8.1.running_mean 1280; classifier.1.weight 1000x1280")]
    [DataRow("squeezenet", "features.3.squeeze.weight 16x64x1x1; features.12.expand3x3.bias 256; "
        + "classifier.1.weight 1000x512x1x1")]
    [DataRow("alexnet_torchvision", "features.0.weight 64x3x11x11; features.10.bias 256; "
        + "classifier.1.weight 4096x9216; classifier.6.weight 1000x4096")]
    [DataRow("shufflenet_v2_x1_0", "conv1.0.weight 24x3x3x3; stage2.0.branch1.0.weight 24x1x3x3; "
        + "stage2.0.branch1.3.running_mean 58; stage3.7.branch2.3.weight 116x1x3x3; "
        + "stage4.0.branch2.0.weight 232x232x1x1; conv5.0.weight 1024x464x1x1; fc.bias 1000")]
    [DataRow("unet", "encoder1.enc1conv1.weight 32x3x3x3; bottleneck.bottlenecknorm2.running_var 512; "
        + "upconv4.weight 512x256x2x2; decoder4.dec4conv1.weight 256x512x3x3; conv.weight 1000x32x1x1")]
    [DataRow("vgg16", "features.28.weight 512x512x3x3; classifier.0.weight 4096x25088")]
    [DataRow("resnet101", "layer3.22.conv3.weight 1024x256x1x1; layer4.0.downsample.1.weight 2048")]
    public void Its_tensors_have_torchvisions_names_and_shapes(string name, string expected)
    {
        Dictionary<string, string> shapes = NetworkCatalog.Create(name, 1000).Parameters
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Shape.ToString());
        foreach (string[] entry in expected.Split("; ").Select(text => text.Split(' ')))
            Assert.AreEqual(entry[1], shapes.GetValueOrDefault(entry[0]), entry[0]);
    }
}
