using System.CommandLine;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;

namespace SoftPool.Benchmarks;

/// <summary>Holds networks on every device against torch on the CPU, layer by layer.</summary>
internal static class ParityCommand
{
    public static Command Create()
    {
        var networks = new Option<string[]>("--networks")
        {
            Description = "The networks.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["alexnet", "alexnet-softpool", "alexnet-softpool-shared", "resnet18-softpool"],
        };
        var command =
            new Command("parity", "Compares every layer of networks on every device with torch; fails if they differ.")
            {
                networks,
            };
        command.SetAction(parse => Execute(parse.GetRequiredValue(networks)));
        return command;
    }

    private static int Execute(string[] networks)
    {
        ImageSet images = ProceduralImages.Create(trainCount: 10, testCount: 10).Test;
        IReadOnlyList<GpuDevice> devices = Machine.OpenDevices(cacheFolder: "");
        bool passed = true;
        try
        {
            foreach (string network in networks)
            {
                Model model = BenchmarkCase.Network(network).CreateModel();
                foreach (GpuDevice device in devices)
                    foreach (bool fp16 in device.Vulkan.HasFp16Storage ? (bool[])[false, true] : [false])
                    {
                        ParityReport report = TorchParity.Check(
                            model, device, images, count: 3, new SessionOptions { Batch = 2, Fp16 = fp16 });
                        passed &= report.Passed;
                        Console.WriteLine(
                            $"{(report.Passed ? "passed" : "FAILED")}  {network}{(fp16 ? " in 16 bits" : "")}, "
                            + $"{Machine.RunnerOf(device.Info)}: largest layer NMSE "
                            + $"{report.Layers.Max(layer => layer.Comparison.Nmse):E1}"
                            + (report.Passed
                            ? "" : $", first {report.Layers.FirstOrDefault(layer => !layer.Passed)?.Layer}"));
                    }
            }
            return passed && devices.Count > 0 ? 0 : 1;
        }
        finally
        {
            foreach (GpuDevice device in devices)
                device.Dispose();
        }
    }
}
