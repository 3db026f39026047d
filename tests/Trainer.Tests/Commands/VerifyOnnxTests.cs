using SoftPool.Runtime.Tests.Onnx.Import;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>verify against ONNX Runtime as a user starts it: the file of which the model was made, and
/// others.</summary>
[TestClass]
public sealed class VerifyOnnxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string ModelPath => _folder["model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_model_computes_what_ONNX_Runtime_computes_of_its_file()
    {
        string onnx = Write("net.onnx", "Sigmoid");
        Model.FromOnnx(onnx).Save(ModelPath);
        Command command = Verify("--onnx", onnx, "--seed", "5", "--inputs", "3");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        foreach (string text in (string[])
            ["conv", "it computes what ONNX Runtime computes", "3 random inputs of --seed 5"])
            StringAssert.Contains(command.Output, text);
        Assert.DoesNotContain("the outputs alone", command.Output);
    }

    [TestMethod]
    public void A_file_by_itself_is_imported_and_compared()
    {
        Command command = Softpool.Run("verify", Write("net.onnx", "Tanh", height: "height"), "--shape", "height=9");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "it computes what ONNX Runtime computes");
    }

    [TestMethod]
    public void A_file_with_other_weights_or_of_another_network_is_refused()
    {
        Model.FromOnnx(Write("net.onnx", "Sigmoid")).Save(ModelPath);
        Command command = Verify("--onnx", Write("other.onnx", "Sigmoid", factor: 2));
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "error: conv.weight of 'net' is not what");
        command = Verify("--onnx", Write("wide.onnx", "Sigmoid", channels: 5));
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "they are not of one network");
        command = Verify("--onnx", Write("acos.onnx", "Acos"));
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "error: the ONNX file cannot be compared:");
    }

    [TestMethod]
    public void Where_the_file_has_other_layers_the_output_is_compared_and_must_be_the_same()
    {
        Model.FromOnnx(Write("net.onnx", "Sigmoid")).Save(ModelPath);
        Command command = Verify("--onnx", Write("other.onnx", "Tanh"));
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the outputs alone are compared");
        StringAssert.Contains(command.Output, "it differs from ONNX Runtime");
    }

    private string Write(string name, string activation, float factor = 1, int channels = 4, object? height = null)
    {
        var weight = new float[channels * 27];
        for (int i = 0; i < weight.Length; i++)
            weight[i] = factor * ((i * 37 % 23) - 11) / 16;
        GraphWriter graph = new GraphWriter().Input("x", "N", 3, height ?? 8, 6).Output("y")
            .Floats("conv.weight", [channels, 3, 3, 3], weight).Node("Conv", "x conv.weight", "a")
            .Node(activation, "a", "b").Node("MaxPool", "b", "y", ("kernel_shape", new long[] { 2, 2 }));
        File.WriteAllBytes(_folder[name], graph.ToArray());
        return _folder[name];
    }

    private Command Verify(params string[] arguments) => Softpool.Run(["verify", ModelPath, .. arguments]);
}
