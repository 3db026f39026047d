namespace SoftPool.Tests;

/// <summary>The devices that tests run on. A missing software driver is a failure; a missing GPU is a reason to
/// skip.</summary>
[TestClass]
public static class TestDevices
{
    private static readonly Dictionary<int, GpuDevice> Opened = [];

    public static GpuDevice Software => Open(SoftwareInfo);

    public static GpuDevice Hardware => Open(
        GpuDevice.Enumerate().FirstOrDefault(device => device is { Kind: not GpuKind.Cpu, Unsupported: null })
        ?? throw new AssertInconclusiveException("There is no hardware GPU with a Vulkan driver on this machine."));

    /// <summary>The software device, where it can store in 16 bits; SwiftShader cannot.</summary>
    public static GpuDevice SoftwareWithFp16 => Software.Vulkan.HasFp16Storage
        ? Software
        : throw new AssertInconclusiveException($"{Software.Info.Name} has no 16-bit storage.");

    /// <summary>A device of the test's own, which it disposes. Without options it keeps nothing and tests no kernels:
    /// the shared one has.</summary>
    public static GpuDevice OpenSoftware(GpuDeviceOptions? options = null) => GpuDevice.Create(
        $"{SoftwareInfo.Index}",
        InventedDevices.Pretending(options ?? new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false }));

    [AssemblyCleanup]
    public static void Close()
    {
        foreach (GpuDevice device in Opened.Values)
            device.Dispose();
        Opened.Clear();
    }

    private static GpuDeviceInfo SoftwareInfo =>
        GpuDevice.Enumerate().FirstOrDefault(device => device.Kind == GpuKind.Cpu)
        ?? throw new AssertFailedException("There is no software Vulkan driver: tools/setup.sh installs one.");

    private static GpuDevice Open(GpuDeviceInfo info)
    {
        if (!Opened.TryGetValue(info.Index, out GpuDevice? device))
            Opened.Add(info.Index, device = InventedDevices.Chosen is null
                ? GpuDevice.Create($"{info.Index}")
                : OpenSoftware());
        return device;
    }
}
