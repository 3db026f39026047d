using System.Runtime.CompilerServices;
using SoftPool.Torch;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Verification.Tests;

/// <summary>The README's programs, as they stand there.</summary>
[TestClass]
public sealed class ReadmeTests
{
    [TestMethod]
    public void The_first_program_runs_and_stands_in_the_readme()
    {
        using var folder = new TemporaryFolder();
        Directory.SetCurrentDirectory(folder.Path);
        Directory.CreateDirectory("runs/quickstart");
        using (var network = new TorchNetwork(NetworkCatalog.Create("alexnet-softpool", 10)))
            network.ToModel(NetworkCatalog.Cifar10Classes, Preprocessing.ImageNet)
                .Save("runs/quickstart/alexnet-softpool.safetensors");
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            // Runtime begin
            Model model = Model.Load("runs/quickstart/alexnet-softpool.safetensors");
            using GpuDevice gpu = GpuDevice.Create();               // the best device; or by index, or by a part of its name
            using InferenceSession session = gpu.CreateSession(model);

            byte[] frame = new byte[640 * 480 * 4];                 // RGBA, of any size: a screenshot, a frame of a camera
            var scores = new float[model.Graph.OutputShape.ElementCount];
            session.Run([new Image(frame, 640, 480, PixelFormat.Rgba8)], scores);    // resized and normalised on the device
            Console.WriteLine($"{model.ClassNames[scores.AsSpan().IndexOf(scores.Max())]}, computed by {gpu.Info.Name}");
            // Runtime end
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        }
        CollectionAssert.Contains(NetworkCatalog.Cifar10Classes.ToList(), output.ToString().Split(',')[0]);

        AssertInReadme("Runtime", "using SoftPool;");
    }

    [TestMethod]
    public void SoftPool_in_a_TorchSharp_program_runs_and_stands_in_the_readme()
    {
        // Torch begin
        using var pool = new SoftPool2d(kernel_size: 3, stride: 2);     // or SoftPool1d, SoftPool3d, GlobalSoftPool
        using torch.Tensor x = torch.randn([8, 64, 56, 56], torch.bfloat16).requires_grad_();
        using torch.Tensor y = pool.call(x);                            // (8, 64, 27, 27)
        // Torch end
        CollectionAssert.AreEqual(new long[] { 8, 64, 27, 27 }, y.shape);
        AssertInReadme("Torch", "using SoftPool.Torch;\nusing TorchSharp;");
    }

    private static void AssertInReadme(string part, string usings)
    {
        IEnumerable<string> lines = File.ReadAllLines(ThisFile())
            .SkipWhile(line => !line.EndsWith($"// {part} begin", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.EndsWith($"// {part} end", StringComparison.Ordinal)).Select(line => line.Trim());
        string readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../README.md"));
        StringAssert.Contains(readme, $"```csharp\n{usings}\n\n" + string.Join('\n', lines) + "\n```");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
