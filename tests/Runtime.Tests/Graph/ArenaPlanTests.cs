using System.Diagnostics;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Graph;

[TestClass]
public sealed class ArenaPlanTests
{
    [TestMethod]
    public void Random_chains_never_lose_a_value_that_is_still_needed()
    {
        var random = new Random(6);
        for (int round = 0; round < 300; round++)
        {
            ModelGraph graph = RandomChain(random);
            bool fuse = random.Next(2) == 0, keep = random.Next(2) == 0;
            ExecutionPlan plan = ExecutionPlan.Create(
                TestModels.WithZeros(graph), new PlanOptions(random.Next(1, 4), fuse));
            long alignment = 1L << random.Next(2, 9);
            Replay(plan, new ArenaPlan(plan, alignment, keep), alignment, keep);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(64)]
    public void No_activation_crosses_from_a_piece_to_the_next(int guard)
    {
        Model model = TestModels.WithZeros(TestModels.EveryOperator());
        ExecutionPlan plan = ExecutionPlan.Create(model, new PlanOptions(Batch: 3));
        const int Alignment = 16, Largest = 3001;
        var whole = new ArenaPlan(plan, Alignment, keepLayerOutputs: true, guard);
        var arena = new ArenaPlan(plan, Alignment, keepLayerOutputs: true, guard, largestPiece: Largest);
        Assert.HasCount(1, whole.Pieces);
        long[] pieces = [.. arena.Pieces];
        Assert.IsGreaterThan(3, pieces.Length);
        Assert.AreEqual(arena.ByteCount, pieces.Sum());
        long largest = Division.Align(arena.Operands.Max(operand => operand.ByteCount) + 2 * guard, Alignment);
        foreach (long piece in pieces)
            Assert.IsLessThanOrEqualTo(Math.Max(Largest, largest), piece);
        foreach (Operand operand in arena.Operands)
        {
            (int piece, long offset) = arena.PlaceOf(operand);
            Assert.AreEqual(0, offset % Alignment);
            Assert.AreEqual(arena.OffsetOf(operand), pieces[..piece].Sum() + offset);
            Assert.IsGreaterThanOrEqualTo(guard, offset);
            Assert.IsLessThanOrEqualTo(pieces[piece], offset + operand.ByteCount + guard);
        }
        if (guard == 0)
            Replay(plan, arena, Alignment, keepLayerOutputs: true);
    }

    [TestMethod]
    public void Guards_lie_before_and_behind_each_operand()
    {
        const int Guard = 256;
        Model model = TestModels.WithZeros(TestModels.EveryOperator());
        ExecutionPlan plan = ExecutionPlan.Create(model, new PlanOptions(Batch: 3));
        var arena = new ArenaPlan(plan, alignment: 16, keepLayerOutputs: false, Guard);
        long end = 0;
        foreach (Operand operand in arena.Operands.OrderBy(arena.OffsetOf))
        {
            Assert.IsGreaterThanOrEqualTo(end + Guard, arena.OffsetOf(operand));
            end = arena.OffsetOf(operand) + operand.ByteCount;
        }
        Assert.IsGreaterThanOrEqualTo(end + Guard, arena.ByteCount);
    }

    [TestMethod]
    public void Random_branches_never_lose_a_value_and_take_little_more_than_what_is_alive()
    {
        var random = new Random(7);
        double sum = 0, largest = 0;
        for (int round = 0; round < 200; round++)
        {
            ExecutionPlan plan = ExecutionPlan.Create(
                TestModels.WithZeros(RandomBranches(random)), new PlanOptions(Fuse: random.Next(2) == 0));
            var arena = new ArenaPlan(plan, alignment: 4, keepLayerOutputs: false);
            Assert.AreEqual(LargestSumAlive(plan), arena.LowerBound);
            Replay(plan, arena, alignment: 4, keepLayerOutputs: false);
            double ratio = (double)arena.ByteCount / arena.LowerBound;
            (sum, largest) = (sum + ratio, Math.Max(largest, ratio));
        }
        Assert.IsLessThan(1.005, sum / 200);
        Assert.IsLessThan(1.25, largest);
    }

    [TestMethod]
    public void Ten_thousand_layers_are_planned_in_seconds()
    {
        ModelGraph graph = TestModels.Sequential(
            new TensorShape(1, 9, 9),
            Enumerable.Repeat(new SoftPool2d(1, 1, 0, false, SoftPoolWeighting.SharedAcrossChannels), 10_000));
        ExecutionPlan plan = ExecutionPlan.Create(TestModels.WithZeros(graph), new PlanOptions());
        var watch = Stopwatch.StartNew();
        _ = new ArenaPlan(plan, alignment: 256, keepLayerOutputs: false);
        Assert.IsLessThan(TimeSpan.FromSeconds(20), watch.Elapsed);
    }

    [TestMethod]
    [DataRow(false, null)]
    [DataRow(true, null)]
    [DataRow(false, SoftPoolWeighting.SharedAcrossChannels)]
    [DataRow(true, SoftPoolWeighting.SharedAcrossChannels)]
    public void AlexNet_s_arena_is_as_large_as_what_is_alive_at_once(bool fuse, SoftPoolWeighting? softPool)
    {
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.WithZeros(TestModels.AlexNet(softPool)), new PlanOptions(2, fuse));
        var arena = new ArenaPlan(plan, alignment: 4, keepLayerOutputs: false);
        Assert.AreEqual(LargestSumAlive(plan), arena.ByteCount);
        Assert.AreEqual(LargestSumAlive(plan), arena.LowerBound);
        Replay(plan, arena, alignment: 4, keepLayerOutputs: false);
    }

    [TestMethod]
    public void Kept_outputs_share_no_bytes_but_may_take_the_input_s()
    {
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.WithZeros(TestModels.Sequential(new TensorShape(8), new ReLU(), new ReLU(), new ReLU())),
            new PlanOptions(Fuse: false));
        Assert.AreEqual(2 * 32, new ArenaPlan(plan, 4, keepLayerOutputs: false).ByteCount);
        Assert.AreEqual(3 * 32, new ArenaPlan(plan, 4, keepLayerOutputs: true).ByteCount);
    }

    [TestMethod]
    public void A_network_that_computes_nothing_has_its_input_in_the_arena()
    {
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.WithZeros(TestModels.Sequential(new TensorShape(5), new Flatten())), new PlanOptions(2));
        var arena = new ArenaPlan(plan, 256, keepLayerOutputs: true);
        Assert.AreEqual(40, arena.ByteCount);
        Assert.AreEqual(0, arena.OffsetOf(plan.Outputs[0]));
    }

    /// <summary>Does what the device would: each launch reads its operands and writes those that no earlier one wrote.
    /// Every float of the arena remembers whose it is: of parts of an activation, that one's.</summary>
    private static void Replay(ExecutionPlan plan, ArenaPlan arena, long alignment, bool keepLayerOutputs)
    {
        var owners = new Activation?[arena.ByteCount / sizeof(float)];
        var written = new HashSet<Activation>();
        Write((Activation)plan.Inputs[0]);
        foreach (KernelLaunch dispatch in plan.Launches)
        {
            Activation[] activations = [.. dispatch.Operands.OfType<Activation>()];
            // What lies in another one that was written was written with it.
            foreach (Activation operand in activations)
                if (!written.Contains(operand) && !written.Contains(operand.Root))
                    Write(operand);
            // Also what it read must have survived its own writing.
            foreach (Activation operand in activations)
                AssertHolds(operand, dispatch.Layer);
        }
        AssertHolds(plan.Outputs[0], "output");
        if (keepLayerOutputs)
            foreach ((string layer, Operand operand) in plan.LayerOutputs)
                AssertHolds(operand, layer);

        Span<Activation?> Range(Operand operand) =>
            owners.AsSpan((int)(arena.OffsetOf(operand) / sizeof(float)), (int)operand.Count);

        void Write(Activation operand)
        {
            Assert.AreEqual(0, arena.OffsetOf(operand) % alignment);
            foreach (Activation part in written.Where(other => other.Root == operand.Root))
                AssertHolds(part, "the rest of what it lies in");
            Range(operand).Fill(operand.Root);
            written.Add(operand);
        }

        void AssertHolds(Operand operand, string where)
        {
            foreach (Activation? owner in Range(operand))
                if (!ReferenceEquals(owner, ((Activation)operand).Root))
                    Assert.Fail($"{operand} was overwritten by {owner} before {where} needed it.");
        }
    }

    /// <summary>The bytes of what a launch reads and writes and of what later ones still read: at the worst
    /// launch.</summary>
    private static long LargestSumAlive(ExecutionPlan plan)
    {
        long largest = 0;
        for (int i = 0; i < plan.Launches.Count; i++)
        {
            largest = Math.Max(
                largest,
                Roots(plan.Launches.Take(i + 1), plan.Inputs[0]).Intersect(Roots(plan.Launches.Skip(i), plan.Outputs[0]))
                    .Sum(operand => operand.ByteCount));
        }
        return largest;

        static IEnumerable<Activation> Roots(IEnumerable<KernelLaunch> launches, Operand other) =>
            launches.SelectMany(launch => launch.Operands).Append(other).OfType<Activation>()
                .Select(operand => operand.Root).Distinct();
    }

    /// <summary>Convolutions and concatenations, each of layers not far before it; what nothing reads is joined at the
    /// end.</summary>
    private static ModelGraph RandomBranches(Random random)
    {
        var layers = new List<Layer>();
        List<(string Name, int Channels)> sources = [("input", 8)];
        for (int count = random.Next(5, 60); layers.Count < count;)
        {
            (string left, int channels) = sources[^random.Next(1, Math.Min(6, sources.Count + 1))];
            (string right, int more) = sources[^random.Next(1, Math.Min(8, sources.Count + 1))];
            bool joins = random.Next(4) == 0;
            int outChannels = joins ? channels + more : random.Next(1, 60);
            layers.Add(joins
                ? new($"{layers.Count}", new Concat(), [left, right])
                : new($"{layers.Count}", new Conv2d(channels, outChannels, 1, 1, 0), [left]));
            sources.Add((layers[^1].Name, outChannels));
        }
        string[] ends = [.. layers.Select(layer => layer.Name).Except(layers.SelectMany(layer => layer.Inputs!))];
        // Parts of maps of 8x8 begin where buffers may be bound, those of 5x5 seldom.
        int side = random.Next(2) == 0 ? 5 : 8;
        return new ModelGraph("branches", new TensorShape(8, side, side), [.. layers, new("end", new Concat(), ends)]);
    }

    private static ModelGraph RandomChain(Random random)
    {
        var shape = new TensorShape(random.Next(1, 6), random.Next(1, 12), random.Next(1, 12));
        TensorShape input = shape;
        var operators = new List<Operator>();
        for (int layers = random.Next(1, 10); operators.Count < layers;)
        {
            int side = random.Next(1, 4);
            Operator op = random.Next(8) switch
            {
                0 => new Conv2d(shape[0], random.Next(1, 20), side, random.Next(1, 3), side / 2),
                1 => new MaxPool2d(side, random.Next(1, 3), side / 2, random.Next(2) == 0),
                2 => new SoftPool2d(side, random.Next(1, 3), 0, true, SoftPoolWeighting.PerChannel),
                3 or 4 => new SoftPool2d(
                    side, random.Next(1, 3), side / 2, false, SoftPoolWeighting.SharedAcrossChannels),
                5 => new Flatten(),
                6 => new Linear(shape[0], random.Next(1, 500)),
                _ => random.Next(3) == 0 ? new Dropout(0.5) : new ReLU(),
            };
            bool fits = op is Linear ? shape.Rank == 1
                : op is not (Conv2d or MaxPool2d or SoftPool2d)
                    || shape.Rank == 3 && shape[1] >= side && shape[2] >= side;
            if (fits)
            {
                operators.Add(op);
                shape = op.InferShape(shape);
            }
        }
        return TestModels.Sequential(input, operators);
    }
}
