using SoftPool.Benchmarks;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Runtime.Tests.Benchmarks;

/// <summary>The model of time on a GPU of round numbers: 10 units of 4 schedulers with 32 lanes, 1 GHz, 100 GB/s out of
/// memory and 1000 out of a cache of 2 MB, 100 ns for a load.</summary>
[TestClass]
public sealed class LaunchPredictionTests
{
    private static readonly TargetGpu Gpu = new("round", "nvidia-none", 10, 10, 4, 32, 1, 100, 1000, 2, 100, 5);

    // Room for 64 subgroups in a unit.
    private static readonly KernelsFigures Small = new(32, 64, Instructions: 100, 0, 0);

    [TestMethod]
    public void Weights_take_the_time_of_memory()
    {
        KernelLaunch launch = LaunchOf(new Linear(4096, 1024), new(4096));
        LaunchPrediction time = Predict(launch, Loop(multiplyAdd: 32, load: 12));
        Assert.AreEqual(4096 * 1024 * 4 / 100e3, time.Memory, 1e-3 * time.Memory);
        Assert.AreEqual("memory", time.Bound);
        Assert.AreEqual(time.Memory, time.Time);
        Assert.AreEqual(time.Memory, time.Allowed);
    }

    [TestMethod]
    public void Activations_that_fit_into_half_the_cache_do_not()
    {
        // 0.8 MB of operands, and 8 MB.
        LaunchPrediction fits = Predict(LaunchOf(new Softsign(), new(100_000)), null);
        Assert.AreEqual(0, fits.Memory);
        Assert.AreEqual(800_000 / 1e6, fits.Cache, 1e-9);
        LaunchPrediction exceeds = Predict(LaunchOf(new Softsign(), new(1_000_000)), null);
        Assert.AreEqual(8_000_000 / 100e3, exceeds.Memory, 1e-9);
    }

    [TestMethod]
    public void A_trip_that_loads_waits_once_and_so_do_rounds()
    {
        // 1024 features in 64 workgroups of 8 subgroups: 7 on the busiest unit. 4096 inputs by 32 lanes of 4: 32 trips.
        KernelLaunch launch = LaunchOf(new Linear(4096, 1024), new(4096));
        Assert.AreEqual(64, launch.Groups.Y);
        MainLoop loop = Loop(multiplyAdd: 8, load: 3);
        double serial = (90 + 32 * 10) * 2 / 1e3;
        Assert.AreEqual((32 + 2) * 0.1 + serial, Predict(launch, loop).Wait, 1e-9);
        // Room for two workgroups, where seven are to be done: four rounds.
        LaunchPrediction crowded = Predict(launch, loop, Small with { Occupancy = 16 });
        Assert.AreEqual(4 * ((32 + 2) * 0.1 + serial), crowded.Wait, 1e-9);
    }

    [TestMethod]
    public void Instructions_are_issued_by_the_schedulers_of_the_busiest_unit()
    {
        KernelLaunch launch = LaunchOf(new Linear(4096, 1024), new(4096));
        LaunchPrediction time = Predict(launch, Loop(multiplyAdd: 8, load: 3));
        Assert.AreEqual(7 * 8 * (90 + 32 * 10) / 4 / 1e3, time.Issue, 1e-9);
        // Two multiply-adds at once, where a subgroup is twice as wide as the lanes: 5/6 of twice as fast, in half as
        // many subgroups.
        LaunchPrediction wide = LaunchPrediction.Of(
            Gpu with { MultiplyAdds = 2 }, launch, Small, Loop(multiplyAdd: 8, load: 3), subgroup: 64);
        Assert.AreEqual(7 * 4 * (90 + 32 * (2 + 8 / (2 * 5 / 6.0))) * 2 / 4 / 1e3, wide.Issue, 1e-9);
    }

    [TestMethod]
    public void A_product_of_matrices_counts_what_lies_beyond_the_shape()
    {
        // 70 channels by 14 x 14 pixels, 72 cells each: tiles of 64 by 64 or 32 by 32, steps of 16 cells.
        KernelLaunch launch = LaunchOf(new Conv2d(8, 70, 3, 1, 1), new(8, 14, 14));
        GemmWork work = GemmWork.Of(launch)!;
        int size = work.Tile.Size, tiles = (70 + size - 1) / size * ((196 + size - 1) / size);
        Assert.AreEqual(tiles, launch.Groups.X * launch.Groups.Y);
        Assert.AreEqual(Math.Ceiling(5.0 / launch.Groups.Z), work.Steps);
        Assert.AreEqual(tiles * launch.Groups.Z * work.Steps * 16 * size * size, work.Products);
        Assert.AreEqual(tiles * launch.Groups.Z * work.Steps * 16 * 2 * size * 4, work.LoadedBytes);
        Assert.IsNull(GemmWork.Of(LaunchOf(new Softsign(), new(8))));
        LaunchPrediction time = Predict(launch, Loop(multiplyAdd: 16, load: 0));
        Assert.IsLessThan(time.Time, time.Allowed);
        Assert.AreEqual(70 * 196 * 72 / (10 * 4 * 32 * 1e3), time.Allowed, 0.2 * time.Allowed);
    }

    [TestMethod]
    public void Shared_memory_gives_a_word_once_to_the_lanes_that_ask_for_it_where_the_GPU_does_so()
    {
        var work = new GemmWork(new GemmTile(128), 0, Steps: 1, 0);
        // 256 invocations of 8 by 8, 16 of them side by side: 8 subgroups of 32 read 16 x 8 pixels and 2 x 8 channels.
        Assert.AreEqual(16 * 8 * (16 * 8 + 2 * 8) * 4, work.SharedBytes(32, once: true));
        Assert.AreEqual(16 * 256 * (8 + 8) * 4, work.SharedBytes(32, once: false));
    }

    private static MainLoop Loop(int multiplyAdd, int load) =>
        new(Vector: 10, multiplyAdd, load, All: 10, Products: multiplyAdd);

    private static LaunchPrediction Predict(KernelLaunch launch, MainLoop? loop, KernelsFigures? figures = null) =>
        LaunchPrediction.Of(Gpu, launch, figures ?? Small, loop, subgroup: 32);

    private static KernelLaunch LaunchOf(Operator op, TensorShape input) => ExecutionPlan.Create(
        TestModels.Sequential(input, op), name => throw new AssertFailedException(name),
        new PlanOptions { Device = new DeviceTraits(LargestWorkgroup: 1024, Units: 10) }).Launches[0];
}
