using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Compiled kernels are kept on disk, and nothing that may lie there does harm.</summary>
[TestClass]
public sealed class PipelineCacheTests
{
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();

    [TestMethod]
    public void A_second_start_finds_the_first_one_s_file_and_any_damage_is_as_good_as_none()
    {
        using var folder = new TemporaryFolder();
        float[] expected = Run(folder.Path);
        string file = Directory.GetFiles(folder.Path).Single();
        byte[] written = File.ReadAllBytes(file);
        CollectionAssert.AreEqual(expected, Run(folder.Path));

        byte[] flipped = [.. written];
        flipped[^1] ^= 1;
        foreach (byte[] damaged in (byte[][])[
            flipped, written[..^1], written[..20], [], new byte[1000], [.. written, 0]])
        {
            File.WriteAllBytes(file, damaged);
            CollectionAssert.AreEqual(expected, Run(folder.Path));
            Assert.AreEqual(written.Length, File.ReadAllBytes(file).Length, "It was not written anew.");
        }
        Assert.HasCount(1, folder.FileNames);
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_is_done_without()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("file", "in the way");
        Run(path);
        Assert.AreEqual("in the way", File.ReadAllText(path));
    }

    /// <summary>A driver may give its library for 32-bit processes the numbers of the other.</summary>
    [TestMethod]
    public void A_32_bit_process_has_files_of_its_own()
    {
        byte[] identity = TestDevices.Software.Vulkan.Physical.CacheIdentity;
        string own = PipelineCacheFile.NameOf(identity, nint.Size);
        Assert.AreNotEqual(PipelineCacheFile.NameOf(identity, 4), PipelineCacheFile.NameOf(identity, 8));
        Assert.AreNotEqual(own, PipelineCacheFile.NameOf([.. identity[..^1], (byte)(identity[^1] ^ 1)], nint.Size));
        using var folder = new TemporaryFolder();
        Run(folder.Path);
        Assert.AreEqual($"{own}.pipelines", folder.FileNames.Single());
    }

    [TestMethod]
    public void The_default_folder_is_never_one_from_the_working_folder_on()
    {
        string? before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        try
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "somewhere");
            Assert.IsFalse(PipelineCacheFile.DefaultFolder.StartsWith("somewhere", StringComparison.Ordinal));
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.GetTempPath());
            if (OperatingSystem.IsLinux())
                Assert.AreEqual(
                    Path.Combine(Path.GetTempPath(), "softpool", "pipelines"), PipelineCacheFile.DefaultFolder);
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
        }
    }

    [TestMethod]
    public void Several_writers_at_once_leave_one_whole_file()
    {
        using var folder = new TemporaryFolder();
        Parallel.For(0, 6, _ => Run(folder.Path));
        Assert.HasCount(1, folder.FileNames);
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = folder.Path });
        Assert.IsGreaterThan(0, new PipelineCacheFile(folder.Path, device.Vulkan.Physical).Read().Length);
    }

    [TestMethod]
    public void A_driver_that_does_not_give_its_kernels_is_done_without()
    {
        using var folder = new TemporaryFolder();
        using GpuDevice device = TestDevices.OpenSoftware(
            new GpuDeviceOptions { PipelineCacheFolder = folder.Path, SelfTest = false });
        int before = LiveObjects.Count;
        VulkanResult.Injected = (call, result) => call == "vkGetPipelineCacheData"
            ? Silk.NET.Vulkan.Result.ErrorOutOfHostMemory
            : result;
        try
        {
            using InferenceSession session = device.CreateSession(Model);
            session.Run(SessionTests.Input(1), new float[Model.Graph.OutputShape.ElementCount]);
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.AreEqual(before, LiveObjects.Count);
        Assert.IsEmpty(folder.FileNames);
    }

    [TestMethod]
    public void The_kernel_of_images_is_kept_when_it_has_been_compiled()
    {
        using var folder = new TemporaryFolder();
        using GpuDevice device = TestDevices.OpenSoftware(
            new GpuDeviceOptions { PipelineCacheFolder = folder.Path, SelfTest = false });
        using InferenceSession session = device.CreateSession(Model);
        var calls = new List<string>();
        VulkanResult.Injected = (call, result) =>
        {
            calls.Add(call);
            return result;
        };
        try
        {
            session.Run([new Image(new byte[3], 1, 1)], new float[Model.Graph.OutputShape.ElementCount]);
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        int compiled = calls.LastIndexOf("vkCreateComputePipelines for image");
        Assert.IsGreaterThanOrEqualTo(0, compiled);
        Assert.IsGreaterThan(compiled, calls.LastIndexOf("vkGetPipelineCacheData"));
    }

    private static float[] Run(string folder)
    {
        using GpuDevice device = TestDevices.OpenSoftware(
            new GpuDeviceOptions { PipelineCacheFolder = folder, SelfTest = false });
        using InferenceSession session = device.CreateSession(Model);
        var output = new float[Model.Graph.OutputShape.ElementCount];
        session.Run(SessionTests.Input(1), output);
        return output;
    }
}
