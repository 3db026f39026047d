using System.ComponentModel;
using System.Diagnostics;

namespace SoftPool.GpuCheck;

/// <summary>What the system says of a GPU's clocks: NVIDIA's by its tool, AMD's, Intel's and Arm's by files.</summary>
internal static class Clocks
{
    /// <summary>One line each; empty where the system says nothing.</summary>
    public static string Read()
    {
        string nvidia = Output(
            "nvidia-smi",
            "--query-gpu=clocks.sm,clocks.mem,clocks.max.sm,clocks.max.mem,power.draw,temperature.gpu,pstate"
            + " --format=csv");
        var lines = new List<string>();
        if (nvidia != Missing)
            lines.Add(nvidia);
        try
        {
            string[] cards = Directory.Exists("/sys/class/drm")
                ? [.. Directory.EnumerateDirectories("/sys/class/drm", "card*").Order(StringComparer.Ordinal)] : [];
            foreach (string card in cards)
                foreach (string file in (string[])
                [
                    "device/pp_dpm_sclk", "device/pp_dpm_mclk", "gt_act_freq_mhz", "gt_max_freq_mhz",
                    "device/tile0/gt0/freq0/act_freq", "device/tile0/gt0/freq0/max_freq",
                ])
                    Add(Path.Combine(card, file));
            string[] devices = Directory.Exists("/sys/class/devfreq")
                ? Directory.GetDirectories("/sys/class/devfreq") : [];
            foreach (string device in devices)
                if (device.Contains("gpu", StringComparison.Ordinal) || device.Contains("mali", StringComparison.Ordinal))
                    Add(Path.Combine(device, "cur_freq"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lines.Add(e.Message);
        }
        return string.Join('\n', lines);

        void Add(string path)
        {
            if (File.Exists(path))
                lines.Add($"{path}: {File.ReadAllText(path).Trim().ReplaceLineEndings(", ")}");
        }
    }

    /// <summary>What a program of the system prints.</summary>
    public static string Output(string tool, string arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit(20_000);
            return output.Trim();
        }
        catch (Win32Exception)
        {
            return Missing;
        }
    }

    private const string Missing = "not there";
}
