using System.Text.Json;

namespace SoftPool.Vulkan;

/// <summary>The files that name drivers to the Vulkan loader, read to say why it found none that works.</summary>
internal static class DriverManifests
{
    private const string Overriding = "VK_DRIVER_FILES", OverridingOnce = "VK_ICD_FILENAMES", Adding = "VK_ADD_DRIVER_FILES";

    /// <summary>Why there is no device, and what to do about it.</summary>
    /// <param name="found">Whether the loader has found a driver at all.</param>
    public static VulkanDriverNotFoundException NoDevice(bool found)
    {
        (string Name, string Value)? chosen = Chosen();
        string what = found
            ? "The Vulkan loader's drivers found no device: their GPU is not there, or it is not open to this user or container (/dev/dri)"
            : "The Vulkan loader found no driver";
        string advice = "install the graphics card's, or a software driver (Debian and Ubuntu: apt-get install mesa-vulkan-drivers)";
        if (chosen is { } variable)
            advice = $"name one that works in the variable {variable.Name}, which chooses \"{variable.Value}\", or unset it and {advice}";
        else if (found)
            advice = "open it, " + advice;
        return new VulkanDriverNotFoundException($"{what}: {advice}.");
    }

    /// <summary>What to say where the loader fails on a manifest that is no JSON, as it does without trying the others;
    /// null if all are JSON.</summary>
    public static VulkanDriverNotFoundException? NotJson() => Files().FirstOrDefault(file => !IsJson(file)) is { } broken
        ? new VulkanDriverNotFoundException(
            $"The Vulkan loader gives up at {broken}, which is no JSON and should name a driver: remove or replace that file.")
        : null;

    private static (string Name, string Value)? Chosen() =>
        new[] { Overriding, OverridingOnce }.Select(name => (name, Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Item2 is not null).Select(variable => ((string, string)?)(variable.name, variable.Item2!))
            .FirstOrDefault();

    private static IEnumerable<string> Files()
    {
        IEnumerable<string> places = Chosen() is { } chosen
            ? chosen.Value.Split(Path.PathSeparator)
            : (Environment.GetEnvironmentVariable(Adding) ?? "").Split(Path.PathSeparator).Concat(Folders());
        return places.SelectMany(place => Directory.Exists(place)
            ? Directory.EnumerateFiles(place, "*.json")
            : File.Exists(place) ? [place] : []);
    }

    /// <summary>Where the loader looks on Linux; on Windows the registry names the files.</summary>
    private static IEnumerable<string> Folders()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] bases =
        [
            .. PathsOf("XDG_CONFIG_HOME", Path.Combine(home, ".config")), .. PathsOf("XDG_CONFIG_DIRS", "/etc/xdg"), "/usr/local/etc", "/etc",
            .. PathsOf("XDG_DATA_HOME", Path.Combine(home, ".local/share")), .. PathsOf("XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
        ];
        return bases.Select(folder => Path.Combine(folder, "vulkan", "icd.d"));

        static string[] PathsOf(string variable, string otherwise) =>
            (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : otherwise).Split(Path.PathSeparator);
    }

    private static bool IsJson(string file)
    {
        try
        {
            byte[] text = File.ReadAllBytes(file);
            if (text.Length == 0)
                return true; // The loader passes over it.
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // What cannot be read the loader passes over too.
        }
    }
}
