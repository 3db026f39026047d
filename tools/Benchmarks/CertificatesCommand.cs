using System.CommandLine;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Verification;

namespace SoftPool.Benchmarks;

/// <summary>Makes the files that tools/gpu-check.sh takes along: networks with seeded weights, what torch computed with
/// them, and the bits of strict numerics.</summary>
internal static class CertificatesCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where the files go." };
        var networks = new Option<string[]>("--networks")
        {
            Description = "The networks.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ =>
            [
                "alexnet", "alexnet-softpool", "alexnet-softpool-shared", "resnet18", "resnext50", "googlenet",
            ],
        };
        var command = new Command("certificates", "Writes networks with seeded weights and certificates by torch.")
        {
            folder, networks,
        };
        command.SetAction(parse => Execute(parse.GetRequiredValue(folder), parse.GetRequiredValue(networks)));
        return command;
    }

    private static int Execute(string folder, string[] networks)
    {
        Directory.CreateDirectory(folder);
        using GpuDevice device = GpuDevice.Create();
        foreach (string network in networks)
        {
            Model model = TorchCertificate.AddTo(
                SeededModel.Create(NetworkCatalog.Create(network, 10), Preprocessing.ImageNet), pictures: null);
            string path = Path.Combine(folder, $"{network}.safetensors");
            SeededModel.Write(model, StrictBits.Of(device, model), path);
            Console.WriteLine($"{path}: {new FileInfo(path).Length} bytes");
        }
        return 0;
    }
}
