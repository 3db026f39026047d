using System.CommandLine;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Lists the Vulkan devices.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var command = new Command("devices", "Lists the Vulkan devices of this machine.");
        command.SetAction(_ => Execute());
        return command;
    }

    private static void Execute()
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("#", "device", "kind", "driver", "Vulkan", "memory", "kernels");
        foreach (GpuDeviceInfo device in GpuDevice.Enumerate())
            table.AddRow(
                $"{device.Index}", ConsoleText.Escape(device.Name), $"{device.Kind}", ConsoleText.Escape(device.Driver),
                $"{device.ApiVersion}", $"{device.MemoryBytes / 1048576.0:F0} MiB",
                ConsoleText.Escape(device.Unsupported ?? "run"));
        AnsiConsole.Write(table);
    }
}
