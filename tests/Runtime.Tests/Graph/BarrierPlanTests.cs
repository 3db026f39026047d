using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Graph;

[TestClass]
public sealed class BarrierPlanTests
{
    private static readonly Operand A = new Activation(4), B = new Activation(4), C = new Activation(4);

    [TestMethod]
    public void A_launch_waits_for_those_that_write_what_it_reads()
    {
        BarrierPlan plan = Plan(("a", [A], [B]), ("b", [A], [C]), ("c", [B], [A]), ("d", [C], []));
        // d reads what b wrote before the barrier that c needs.
        CollectionAssert.AreEqual((int[])[1, 1, 2, 2], Epochs(plan, 4));
        CollectionAssert.AreEqual((bool[])[true, false, true, false], Waits(plan, 4));
    }

    [TestMethod]
    public void A_launch_waits_for_those_that_read_what_it_overwrites()
    {
        BarrierPlan plan = Plan(("a", [A], [B]), ("b", [C], [A]));
        CollectionAssert.AreEqual((int[])[1, 2], Epochs(plan, 2));
    }

    [TestMethod]
    public void Launches_of_one_layer_write_parts_of_one_operand_at_the_same_time()
    {
        CollectionAssert.AreEqual((int[])[1, 1], Epochs(Plan(("a", [A], [C]), ("a", [B], [C])), 2));
        CollectionAssert.AreEqual((int[])[1, 2], Epochs(Plan(("a", [A], [C]), ("b", [B], [C])), 2));
        // One that adds to what is there reads it too.
        CollectionAssert.AreEqual((int[])[1, 2], Epochs(Plan(("a", [A], [C]), ("a", [B, C], [C])), 2));
    }

    [TestMethod]
    public void Signatures_tell_what_kernels_read_and_write()
    {
        Assert.AreEqual(new KernelAccess(0b1101, 0b0010), AccessOf("conv2d_gemm64"));
        Assert.AreEqual(new KernelAccess(0b0101, 0b0010), AccessOf("maxpool_texel") with { Read = 0b0101 });
        Assert.AreEqual(new KernelAccess(0b0101, 0b0010), AccessOf("conv2d_gemm_sums"));
        foreach (string kernel in EmbeddedShaders.Names)
        {
            KernelAccess access = AccessOf(kernel);
            Assert.AreNotEqual(0u, access.Written, kernel);
            // None says less than all bindings, nor reads what it writes: each of its buffers is one or the other.
            Assert.AreEqual(0u, access.Read & access.Written, kernel);
        }
    }

    /// <summary>Whatever two launches without a barrier between them touch of the same bytes of the arena, both only
    /// read.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Launches_without_a_barrier_between_them_share_no_bytes_that_one_writes(bool gpu)
    {
        DeviceTraits traits = gpu
            ? new DeviceTraits(SubgroupSize: 32, LeastSubgroupSize: 32, HasInt64: true)
            : new DeviceTraits(
                Driver.Lavapipe, SubgroupSize: 8, HasShuffle: true, HasInt64: true, LargestTexels: 1 << 27);
        int launches = 0, barriers = 0;
        foreach (ModelGraph graph in (ModelGraph[])[TestModels.EveryOperator(), Branches()])
            foreach (int batch in (int[])[1, 3])
            {
                ExecutionPlan plan = ExecutionPlan.Create(
                    TestModels.WithZeros(graph), new PlanOptions(batch) { Device = traits });
                var waits = new BarrierPlan(plan.Launches, launch => AccessOf(launch.Kernel));
                var arena = new ArenaPlan(plan, alignment: 16, keepLayerOutputs: false, barriers: waits);
                launches += plan.Launches.Count;
                int begin = 0;
                for (int i = 0; i < plan.Launches.Count; i++)
                {
                    if (waits.IsBefore(i))
                        (begin, barriers) = (i, barriers + 1);
                    for (int j = begin; j < i; j++)
                        Assert.IsFalse(
                            Meet(plan.Launches[j], plan.Launches[i], arena),
                            $"{plan.Launches[j].Layer} and {plan.Launches[i].Layer} of {graph.Name}");
                }
            }
        Assert.IsLessThan(launches, barriers);
    }

    [TestMethod]
    public void Branches_overlap()
    {
        ModelGraph graph = Branches();
        ExecutionPlan plan = ExecutionPlan.Create(TestModels.WithZeros(graph), new PlanOptions());
        var barriers = new BarrierPlan(plan.Launches, launch => AccessOf(launch.Kernel));
        int LaunchOf(string layer) => plan.Launches.ToList().FindIndex(launch => launch.Layer == layer);
        Assert.AreEqual(barriers.EpochOf(LaunchOf("left")), barriers.EpochOf(LaunchOf("right")));
        Assert.IsLessThan(barriers.EpochOf(LaunchOf("cat")), barriers.EpochOf(LaunchOf("deep")));
    }

    private static ModelGraph Branches() => new("branches", new(16, 9, 9),
    [
        new Layer("stem", new Conv2d(16, 16, 1, 1, 0)),
        new Layer("left", new MaxPool2d(3, 1, 1, CeilMode: false), ["stem"]),
        new Layer("right", new AvgPool2d(3, 1, 1, CeilMode: false), ["stem"]),
        new Layer("deep", new Conv2d(16, 8, 3, 1, 1), ["left"]),
        new Layer("cat", new Concat(), ["deep", "right", "stem"]),
        new Layer("end", new Conv2d(40, 4, 1, 1, 0)),
    ]);

    private static bool Meet(KernelLaunch first, KernelLaunch second, ArenaPlan arena)
    {
        KernelAccess a = AccessOf(first.Kernel), b = AccessOf(second.Kernel);
        for (int i = 0; i < first.Operands.Count; i++)
            for (int j = 0; j < second.Operands.Count; j++)
            {
                if (first.Operands[i] is not Activation one || second.Operands[j] is not Activation other)
                    continue;
                bool writes = Has(a.Written, i) || Has(b.Written, j);
                bool areParts = one.Root == other.Root && first.Layer == second.Layer && !Has(a.Read, i) && !Has(b.Read, j);
                bool overlap = arena.OffsetOf(one) < arena.OffsetOf(other) + other.ByteCount
                    && arena.OffsetOf(other) < arena.OffsetOf(one) + one.ByteCount;
                if (writes && overlap && !areParts)
                    return true;
            }
        return false;
    }

    private static bool Has(uint bindings, int binding) => (bindings >> binding & 1) != 0;

    private static KernelAccess AccessOf(string kernel) => KernelSignature.Of(EmbeddedShaders.Load(kernel)).Access;

    /// <summary>A plan of launches of layers that read some operands and write others.</summary>
    private static BarrierPlan Plan(params (string Layer, Operand[] Read, Operand[] Written)[] launches)
    {
        var accesses = new Dictionary<KernelLaunch, KernelAccess>(ReferenceEqualityComparer.Instance);
        foreach ((string layer, Operand[] read, Operand[] written) in launches)
        {
            Operand[] operands = [.. read.Union(written)];
            uint Bits(Operand[] some) =>
                (uint)some.Sum(operand => 1 << Array.IndexOf(operands, operand));
            accesses.Add(
                new KernelLaunch(layer, new KernelId("concat"), [], new GroupCount(1), operands),
                new KernelAccess(Bits(read), Bits(written)));
        }
        return new BarrierPlan([.. accesses.Keys], launch => accesses[launch]);
    }

    private static int[] Epochs(BarrierPlan plan, int count) => [.. Enumerable.Range(0, count).Select(plan.EpochOf)];

    private static bool[] Waits(BarrierPlan plan, int count) => [.. Enumerable.Range(0, count).Select(plan.IsBefore)];
}
