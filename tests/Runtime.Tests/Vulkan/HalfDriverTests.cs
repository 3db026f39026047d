using System.Runtime.InteropServices;
using System.Text.Json;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Drivers that are not there, or of which only a half is: what is said, and that those beside them
/// serve.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed partial class HalfDriverTests : IDisposable
{
    private const string Variable = "VK_DRIVER_FILES";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public void Dispose()
    {
        Choose(_before);
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("/nonexistent/icd.json")]
    [DataRow("missing library")]
    [DataRow("no driver's library")]
    [DataRow("empty")]
    [DataRow("{}")]
    [DataRow("not JSON")]
    [DataRow("an array")]
    [DataRow("radeon")]
    [DataRow("intel")]
    public void Without_a_driver_that_works_the_message_says_what_to_do(string what)
    {
        string file = Manifest(what);
        Choose(file);
        foreach (Action open in (Action[])[() => GpuDevice.Enumerate(), () => GpuDevice.Create().Dispose()])
        {
            int live = LiveObjects.Count;
            string message = Assert.ThrowsExactly<VulkanDriverNotFoundException>(open).Message;
            StringAssert.Contains(message, file);
            Assert.IsTrue(message.Contains(Variable) || message.Contains("no JSON"), message);
            Assert.DoesNotContain("batch", message);
            Assert.AreEqual(live, LiveObjects.Count);
        }
    }

    [TestMethod]
    [DataRow("/nonexistent/icd.json")]
    [DataRow("missing library")]
    [DataRow("no driver's library")]
    [DataRow("empty")]
    [DataRow("{}")]
    [DataRow("radeon")]
    [DataRow("intel")]
    public void A_driver_beside_half_a_one_serves(string what)
    {
        string good = _before?.Split(':')[0] ?? SystemManifest("lvp_icd");
        foreach (string both in (string[])[$"{Manifest(what)}:{good}", $"{good}:{Manifest(what)}"])
        {
            Choose(both);
            Assert.AreEqual(GpuKind.Cpu, GpuDevice.Enumerate().Single().Kind);
        }
    }

    /// <summary>The loader fails as a whole, and would say that it has no memory.</summary>
    [TestMethod]
    public void A_manifest_that_is_no_JSON_is_named_though_others_are_there()
    {
        string broken = Manifest("not JSON");
        Choose($"{_before?.Split(':')[0] ?? SystemManifest("lvp_icd")}:{broken}");
        try
        {
            Assert.AreEqual(GpuKind.Cpu, GpuDevice.Enumerate().Single().Kind); // Newer loaders pass over it.
        }
        catch (VulkanDriverNotFoundException e)
        {
            StringAssert.Contains(e.Message, broken);
        }
    }

    [TestMethod]
    public void The_advice_is_to_install_a_driver_where_none_was_chosen()
    {
        string? older = Environment.GetEnvironmentVariable("VK_ICD_FILENAMES");
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.SetEnvironmentVariable("VK_ICD_FILENAMES", null);
        try
        {
            StringAssert.Contains(DriverManifests.NoDevice(found: false).Message, "install the graphics card's");
            StringAssert.Contains(DriverManifests.NoDevice(found: true).Message, "/dev/dri");
        }
        finally
        {
            Environment.SetEnvironmentVariable("VK_ICD_FILENAMES", older);
        }
    }

    /// <summary>MoltenVK and Dozen are such drivers: the loader hides them from whoever does not ask for
    /// them.</summary>
    [TestMethod]
    public void A_portability_driver_serves()
    {
        string good = _before?.Split(':')[0] ?? SystemManifest("lvp_icd");
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(good));
        string library = manifest.RootElement.GetProperty("ICD").GetProperty("library_path").GetString()!;
        if (library.Contains('/'))
            library = Path.Combine(Path.GetDirectoryName(good)!, library);
        Choose(_folder.Write(
            "portability.json",
            $$$"""
            {"file_format_version": "1.0.1", "ICD": {"library_path": "{{{library}}}", "api_version": "1.1.0", "is_portability_driver": true}}
            """));
        Assert.AreEqual(GpuKind.Cpu, GpuDevice.Enumerate().Single().Kind);
        using GpuDevice device = GpuDevice.Create(options: new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false });
        using InferenceSession session = device.CreateSession(TestModels.WithWeights(TestModels.EveryOperator()));
        session.Run(new float[session.Graph.InputShape.ElementCount], new float[session.Graph.OutputShape.ElementCount]);
    }

    private string Manifest(string what) => what switch
    {
        "missing library" => Icd("missing.json", "/nonexistent/libvulkan_none.so"),
        "no driver's library" => Icd("libc.json", "libc.so.6"),
        "empty" => _folder.Write("empty.json", ""),
        "{}" => _folder.Write("object.json", "{}"),
        "not JSON" => _folder.Write("broken.json", "not json"),
        "an array" => _folder.Write("array.json", "[1, 2"),
        "radeon" or "intel" => SystemManifest($"{what}_icd"),
        _ => what,
    };

    private string Icd(string name, string library) => _folder.Write(
        name, $$$"""{"file_format_version": "1.0.0", "ICD": {"library_path": "{{{library}}}", "api_version": "1.3.0"}}""");

    private static string SystemManifest(string name)
    {
        if (name != "lvp_icd" && Directory.Exists("/dev/dri"))
            Assert.Inconclusive("This machine has a GPU, for which the driver may be whole.");
        const string folder = "/usr/share/vulkan/icd.d";
        string? file = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"{name}*.json").FirstOrDefault() : null;
        if (file is null)
            Assert.Inconclusive($"The system has no manifest {name}.");
        return file;
    }

    /// <summary>For the loader too, which reads the environment of the process and not .NET's copy of it.</summary>
    private static void Choose(string? files)
    {
        Environment.SetEnvironmentVariable(Variable, files);
        _ = files is null ? UnsetVariable(Variable) : SetVariable(Variable, files, 1);
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int SetVariable(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "unsetenv", CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int UnsetVariable(string name);
}
