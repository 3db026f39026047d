using System.Runtime.CompilerServices;
using SoftPool.Trainer.Networks;

namespace SoftPool.Parity.Tests;

/// <summary>The README's ten lines, as they stand there.</summary>
[TestClass]
public sealed class ReadmeTests
{
    [TestMethod]
    public void The_ten_lines_run_and_stand_in_the_readme()
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
            // README begin
            Model model = Model.Load("runs/quickstart/alexnet-softpool.safetensors");
            using GpuDevice gpu = GpuDevice.Create();               // the best there is; or by index, or by a part of its name
            using InferenceSession session = gpu.CreateSession(model, new SessionOptions { Batch = 8 });

            var pixels = new float[8 * model.Graph.InputShape.Count];    // (N, C, H, W), preprocessed
            var logits = new float[8 * model.Graph.OutputShape.Count];   // (N, classes)
            session.Run(pixels, logits);
            Console.WriteLine(model.Classes[logits.AsSpan(0, model.Classes.Count).IndexOf(logits[..model.Classes.Count].Max())]);
            // README end
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        }
        CollectionAssert.Contains(NetworkCatalog.Cifar10Classes.ToList(), output.ToString().Trim());

        string[] here = File.ReadAllLines(ThisFile());
        IEnumerable<string> lines = here
            .SkipWhile(line => !line.EndsWith("// README begin", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.EndsWith("// README end", StringComparison.Ordinal)).Select(line => line.Trim());
        string readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../README.md"));
        StringAssert.Contains(readme, "using SoftPool;\n\n" + string.Join('\n', lines) + "\n```");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
