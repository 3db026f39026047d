using System.Globalization;
using System.Text.RegularExpressions;

namespace SoftPool.Runtime.Tests;

/// <summary>Finding and opening devices.</summary>
[TestClass]
public sealed class DeviceTests
{
    [TestMethod]
    public void There_is_a_software_driver() => Assert.AreEqual(GpuKind.Cpu, TestDevices.Software.Info.Kind);

    [TestMethod]
    public void There_is_a_hardware_GPU() => Assert.AreNotEqual(GpuKind.Cpu, TestDevices.Hardware.Info.Kind);

    [TestMethod]
    public void Devices_are_numbered_in_order()
    {
        IReadOnlyList<GpuDeviceInfo> devices = GpuDevice.Enumerate();
        CollectionAssert.AreEqual(
            Enumerable.Range(0, devices.Count).ToList(), devices.Select(device => device.Index).ToList());
    }

    [TestMethod]
    public void A_device_is_found_by_index_and_by_part_of_its_name_in_any_case()
    {
        GpuDeviceInfo expected = TestDevices.Software.Info;
        using GpuDevice byIndex = GpuDevice.Create($"{expected.Index}");
        using GpuDevice byName = GpuDevice.Create(expected.Name[2..8].ToUpperInvariant());
        Assert.AreEqual(expected, byIndex.Info);
        Assert.AreEqual(expected, byName.Info);
    }

    [TestMethod]
    public void A_number_that_is_no_index_is_a_part_of_a_name()
    {
        // Both software drivers name the LLVM that they are built on: llvmpipe (LLVM 15.0.6, 256 bits).
        string number = Regex.Matches(TestDevices.Software.Info.Name, "[0-9]+").Select(match => match.Value)
            .First(digits => int.Parse(digits, CultureInfo.InvariantCulture) >= GpuDevice.Enumerate().Count);
        using GpuDevice device = GpuDevice.Create(number);
        StringAssert.Contains(device.Info.Name, number);
    }

    [TestMethod]
    [DataRow("99")]
    [DataRow("no such device")]
    public void A_device_that_is_not_there_is_refused_with_the_list_of_those_that_are(string selector)
    {
        var e = Assert.ThrowsExactly<DeviceNotFoundException>(() => GpuDevice.Create(selector));
        StringAssert.Contains(e.Message, selector);
        StringAssert.Contains(e.Message, TestDevices.Software.Info.Name);
    }

    [TestMethod]
    public void Without_a_choice_a_device_of_the_best_kind_is_taken()
    {
        using GpuDevice device = GpuDevice.Create();
        Assert.AreEqual(
            GpuDevice.Enumerate().Where(info => info.Unsupported is null).Min(info => info.Kind), device.Info.Kind);
    }
}
