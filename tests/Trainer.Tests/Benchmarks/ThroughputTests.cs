using SoftPool.Runtime.Tests.Onnx.Import;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Tests.Reports;
using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Tests.Benchmarks;

[TestClass]
public sealed class ThroughputTests
{
    [TestMethod]
    public void Devices_of_one_name_are_told_apart_by_their_index()
    {
        GpuDeviceInfo first = Device(0, "Twin"), second = Device(1, "Twin"), other = Device(2, "Other");
        GpuDeviceInfo[] devices = [first, second, other];
        CollectionAssert.AreEqual(
            (string[])["Vulkan, Twin, 0", "Vulkan, Twin, 1", "Vulkan, Other"],
            devices.Select(device => Throughput.NameOf(device, devices)).ToArray());
        Assert.AreEqual("Vulkan, Twin", Throughput.NameOf(second, [second, other]));
    }

    [TestMethod]
    public void A_device_that_fails_is_left_out_where_someone_is_told_and_thrown_where_nobody_is()
    {
        GpuDeviceInfo works = GpuDevice.Enumerate()
            .First(device => device.Unsupported is null), gone = Device(99, "Gone");
        Model model = TinyRun.Model("a", "b", "c");
        var told = new List<string>();
        IReadOnlyList<ThroughputRow> rows = Throughput.Measure(
            model, [gone, works], batch: 2, seconds: 0.1, leaveOut: (device, e) =>
                told.Add($"{device}: {e.GetType().Name}"));
        CollectionAssert.AreEqual((string[])["Vulkan, Gone: DeviceNotFoundException"], told);
        Assert.HasCount(2, rows);
        Assert.AreEqual($"Vulkan, {works.Name}", rows[1].Runner);
        Assert.ThrowsExactly<DeviceNotFoundException>(
            () => Throughput.Measure(model, [gone, works], batch: 2, seconds: 0.1));
    }

    [TestMethod]
    [DataRow("N", 3)]
    [DataRow(1, 3)]
    [DataRow(2, 4)]
    public void ONNX_Runtime_is_measured_at_the_file_s_batch(object declared, int batch)
    {
        using var folder = new TemporaryFolder();
        OnnxPair pair = Pair(folder, declared);
        IReadOnlyList<ThroughputRow> rows = Throughput.Measure(pair.Model, [], batch, seconds: 0.1, onnx: pair);
        Assert.HasCount(2, rows);
        StringAssert.StartsWith(rows[1].Runner, "ONNX Runtime ");
        Assert.IsGreaterThan(0, rows[1].Milliseconds);
    }

    [TestMethod]
    public void A_batch_that_the_file_does_not_take_is_refused()
    {
        using var folder = new TemporaryFolder();
        OnnxPair pair = Pair(folder, 2);
        StringAssert.Contains(
            Assert.ThrowsExactly<UserErrorException>(
                () => Throughput.Measure(pair.Model, [], batch: 3, seconds: 0.1, onnx: pair)).Message,
            "takes batches of 2 alone, of which 3 is no multiple");
    }

    private static OnnxPair Pair(TemporaryFolder folder, object batch)
    {
        string path = folder["small.onnx"];
        GraphWriter graph = new GraphWriter().Input("x", batch, 3, 4, 4).Output("y").Node("Relu", "x", "y");
        File.WriteAllBytes(path, graph.ToArray());
        return OnnxPair.Open(path, Model.FromOnnx(path), []);
    }

    private static GpuDeviceInfo Device(int index, string name) =>
        new(index, name, GpuKind.Other, "", new Version(1, 1), 0, Unsupported: null);
}
