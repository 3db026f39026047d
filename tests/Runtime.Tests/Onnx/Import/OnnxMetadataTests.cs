using System.Text.Json;
using SoftPool.Models;
using SoftPool.Onnx.Import;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>What files say of classes and pictures beside the graph.</summary>
[TestClass]
public sealed class OnnxMetadataTests
{
    private static readonly ModelGraph Graph =
        new("test", new TensorShape(3, 1, 1), [new Layer("flat", new Flatten())]);

    [TestMethod]
    [DataRow("{0: 'person', 1: \"dog's\", 2: 'it\\'s: {a}, b'}")]
    [DataRow("{\"0\": \"person\", \"1\": \"dog's\", \"2\": \"it's: {a}, b\"}")]
    [DataRow("['person', \"dog's\", \"it's: {a}, b\",]")]
    [DataRow("(\"person\",\"dog\\u0027s\",\"it's: {a}, b\")")]
    [DataRow("person\ndog's\r\nit's: {a}, b\n")]
    public void Names_are_taken_as_Python_and_JSON_write_them(string text)
    {
        foreach (string key in (string[])["names", "classes"])
        {
            OnnxMetadata metadata = Of((key, text));
            CollectionAssert.AreEqual(new[] { "person", "dog's", "it's: {a}, b" }, metadata.ClassNames.ToArray());
            CollectionAssert.AreEqual(new[] { $"3 class names ({key})" }, metadata.Taken.ToArray());
        }
    }

    [TestMethod]
    [DataRow("{0: 'a', 2: 'b', 1: 'c'}", "names, which is no list of names")]
    [DataRow("{0: 'a', 1: 'b', 2: 'c'", "names, which is no list of names")]
    [DataRow("['a', 'b', 'c'", "names, which is no list of names")]
    [DataRow("['a', 'b', c]", "names, which is no list of names")]
    [DataRow("['a', 'b', 'c'] x", "names, which is no list of names")]
    [DataRow("['a', 'b', 'c", "names, which is no list of names")]
    [DataRow("['a', 'b', 'c\\", "names, which is no list of names")]
    [DataRow("['a' 'b' 'c']", "names, which is no list of names")]
    [DataRow("", "names, which is no list of names")]
    [DataRow("a,,c", "names, which is no list of names")]
    [DataRow("[", "names, which is no list of names")]
    [DataRow("a, b", "names: 2 names, and the network has 3 outputs")]
    [DataRow("{0: 'a'}", "names: 1 names, and the network has 3 outputs")]
    public void What_are_no_names_of_the_outputs_is_left_and_said(string text, string reason)
    {
        OnnxMetadata metadata = Of(("names", text));
        Assert.IsEmpty(metadata.ClassNames);
        CollectionAssert.AreEqual(new[] { reason }, metadata.Ignored.ToArray());
    }

    [TestMethod]
    public void Pictures_are_normalised_as_the_file_says()
    {
        Preprocessing read = Of(("mean", "[0.485, 0.456, 0.406]"), ("std", "0.229 0.224 0.225")).Preprocessing!;
        CollectionAssert.AreEqual(Preprocessing.ImageNet.Mean.ToArray(), read.Mean.ToArray());
        CollectionAssert.AreEqual(
            Preprocessing.ImageNet.StandardDeviation.ToArray(), read.StandardDeviation.ToArray());
        read = Of(("Image.NominalPixelRange", "NominalRange_0_255"), ("Image.BitmapPixelFormat", "Rgb8"))
            .Preprocessing!;
        CollectionAssert.AreEqual(new float[3], read.Mean.ToArray());
        CollectionAssert.AreEqual(new[] { 1 / 255f, 1 / 255f, 1 / 255f }, read.StandardDeviation.ToArray());
        read = Of(("Image.NominalPixelRange", "Normalized_1_1")).Preprocessing!;
        CollectionAssert.AreEqual(new[] { 0.5f, 0.5f, 0.5f }, read.Mean.ToArray());
        Assert.IsNull(Of(("producer", "x")).Preprocessing);
    }

    [TestMethod]
    [DataRow("mean", "123.675,116.28,103.53", "std", "58.395,57.12,57.375")]
    [DataRow("mean", "0.5,0.5", "std", "0.5,0.5")]
    [DataRow("mean", "0.5,0.5,0.5", "std", "0.5,0,0.5")]
    [DataRow("mean", "0.5,0.5,x", "std", "0.5,0.5,0.5")]
    [DataRow("Image.NominalPixelRange", "NominalRange_16_235", "a", "b")]
    [DataRow("Image.NominalPixelRange", "Normalized_0_1", "Image.BitmapPixelFormat", "Bgr8")]
    public void What_cannot_be_taken_exactly_is_left_and_said(string key, string value, string other, string second)
    {
        OnnxMetadata metadata = Of((key, value), (other, second));
        Assert.IsNull(metadata.Preprocessing);
        Assert.HasCount(1, metadata.Ignored);
        Assert.IsEmpty(metadata.Taken);
    }

    [TestMethod]
    public void What_this_program_exports_it_takes_back_whole()
    {
        OnnxMetadata metadata = Of(
            ("softpool.classes", "[\"a\",\"b, c\",\"d\"]"), ("softpool.preprocessing", Written));
        CollectionAssert.AreEqual(new[] { "a", "b, c", "d" }, metadata.ClassNames.ToArray());
        Assert.AreEqual(Own.Mean[2], metadata.Preprocessing!.Mean[2]);
        Assert.AreEqual(Own.Resize, metadata.Preprocessing.Resize);
        Assert.HasCount(2, metadata.Taken);
        foreach ((string key, string value) in ((string, string)[])[
            ("softpool.classes", "[\"a\",\"b\"]"), ("softpool.classes", "a,b,c"), ("softpool.preprocessing", "{}"),
            ("softpool.preprocessing", "{\"mean\":[0],\"standard_deviation\":[1]}"), ("mean", "0,0,0"),
            ("std", "1,1,1")])
        {
            metadata = Of((key, value));
            Assert.IsEmpty(metadata.Taken, key);
            Assert.HasCount(1, metadata.Ignored, key);
        }
    }

    [TestMethod]
    public void Options_are_put_before_it()
    {
        GraphWriter graph = new GraphWriter().Input("x", 1, 3, 1, 1).Output("y").Node("Flatten", "x", "y")
            .Metadata("names", "a,b,c").Metadata("mean", "0.1,0.2,0.3").Metadata("std", "0.4,0.5,0.6");
        SoftPool.Model model = graph.Import();
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, model.ClassNames.ToArray());
        Assert.AreEqual(0.6f, model.Preprocessing.StandardDeviation[2]);
        model = graph.Import(
            new OnnxOptions { ClassNames = ["d", "e", "f"], Preprocessing = new Preprocessing([0, 0, 0], [1, 1, 1]) });
        CollectionAssert.AreEqual(new[] { "d", "e", "f" }, model.ClassNames.ToArray());
        Assert.AreEqual(1, model.Preprocessing.StandardDeviation[2]);
    }

    private static Preprocessing Own { get; } =
        new([0.1f, 0.2f, 0.3f], [0.4f, 0.5f, 0.6f])
        {
            Resize = new CenterCrop(256) { Interpolation = Interpolation.Bicubic },
        };

    private static string Written => JsonSerializer.Serialize(Own, ModelJson.Default.Preprocessing);

    private static OnnxMetadata Of(params (string Key, string Value)[] properties) =>
        OnnxMetadata.Of(properties.ToDictionary(each => each.Key, each => each.Value), Graph);
}
