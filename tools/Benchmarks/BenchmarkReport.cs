using SoftPool.Trainer.Benchmarks;

namespace SoftPool.Benchmarks;

/// <summary>All that one run has measured.</summary>
/// <param name="Machine">CPU and cores.</param>
/// <param name="Date">When, in UTC.</param>
/// <param name="Devices">The devices and what they reach at best.</param>
/// <param name="Rows">Networks and operators.</param>
/// <param name="Layers">The layers of the networks, timed on each device's own clock.</param>
/// <param name="Starts">From a model file to the first result.</param>
internal sealed record BenchmarkReport(
    string Machine, DateTime Date, IReadOnlyList<DeviceRow> Devices, IReadOnlyList<MeasuredRow> Rows,
    IReadOnlyList<LayerRow> Layers, IReadOnlyList<StartRow> Starts);

/// <summary>One device.</summary>
/// <param name="Runner">What it is called in the other rows.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Driver">The driver's name and version.</param>
/// <param name="Peak">What it reaches at best.</param>
internal sealed record DeviceRow(string Runner, string Device, string Driver, DevicePeak Peak);

/// <summary>One case on one runner.</summary>
/// <param name="Case">A network or an operator: "alexnet", "Conv2d 48x27x27 ...".</param>
/// <param name="Batch">Items at once.</param>
/// <param name="Runner">torch, or a device.</param>
/// <param name="Time">Milliseconds of a batch: of a network from the program's input to its output, of an operator on
/// the device's own clock.</param>
/// <param name="GigaflopsPerSecond">Operations of direct computation over time; null where there are none.</param>
/// <param name="GigabytesPerSecond">Inputs, outputs and weights over time, each counted once; null for whole
/// networks.</param>
/// <param name="OfPeak">The larger share of the device's two peaks; null for torch.</param>
internal sealed record MeasuredRow(
    string Case, int Batch, string Runner, Timing Time,
    double? GigaflopsPerSecond, double? GigabytesPerSecond, double? OfPeak);

/// <summary>One layer of a network on one device: all its launches together.</summary>
/// <param name="Case">The network.</param>
/// <param name="Batch">Items at once.</param>
/// <param name="Runner">The device.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Kernels">What it launches.</param>
/// <param name="Milliseconds">The median.</param>
/// <param name="GigaflopsPerSecond">Operations of direct computation over time; null where there are none.</param>
/// <param name="GigabytesPerSecond">Operands over time, each counted once a launch.</param>
/// <param name="OfPeak">The larger share of the device's two peaks.</param>
internal sealed record LayerRow(
    string Case, int Batch, string Runner, string Layer,
    string Kernels, double Milliseconds, double? GigaflopsPerSecond,
    double GigabytesPerSecond, double OfPeak);

/// <summary>A process of its own that loads a model and computes one result.</summary>
/// <param name="Runner">The device.</param>
/// <param name="Cache">Whether it found kernels compiled by an earlier process: "cold" or "warm".</param>
/// <param name="Milliseconds">From the start of the process to the result.</param>
/// <param name="LoadMilliseconds">Reading the file.</param>
/// <param name="DeviceMilliseconds">Opening the device.</param>
/// <param name="SessionMilliseconds">Planning, uploading weights, compiling.</param>
/// <param name="RunMilliseconds">The first run, in which software drivers compile what they have put off.</param>
/// <param name="HostBytes">The most memory that the process had.</param>
/// <param name="DeviceBytes">The most memory of buffers; with a software driver it is the process's own memory.</param>
internal sealed record StartRow(
    string Runner, string Cache, double Milliseconds, double LoadMilliseconds, double DeviceMilliseconds,
    double SessionMilliseconds, double RunMilliseconds, long HostBytes, long DeviceBytes);
