namespace SoftPool.Planning;

/// <summary>
/// Where each activation lies in one arena of device memory. Two whose lifetimes do not meet may share bytes. The
/// largest are placed first, each at the lowest place that is free during its whole life.
/// </summary>
internal sealed class ArenaPlan
{
    private readonly Dictionary<Operand, long> _offsets = [];

    /// <param name="plan">The launches, in order.</param>
    /// <param name="alignment">What every offset is a multiple of, in bytes.</param>
    /// <param name="keepLayerOutputs">Whether every layer's output must still be there after the last launch.</param>
    public ArenaPlan(ExecutionPlan plan, long alignment, bool keepLayerOutputs)
    {
        Dictionary<Operand, Lifetime> lifetimes = LifetimesOf(plan, keepLayerOutputs);
        foreach ((Operand operand, Lifetime life) in lifetimes.OrderByDescending(entry => entry.Key.Count))
        {
            long offset = 0;
            foreach ((Operand other, long begin) in _offsets.OrderBy(entry => entry.Value))
                if (lifetimes[other].Meets(life) && begin < offset + operand.ByteCount
                    && offset < begin + other.ByteCount)
                    offset = Division.Align(begin + other.ByteCount, alignment);
            _offsets.Add(operand, offset);
            ByteCount = Math.Max(ByteCount, offset + operand.ByteCount);
        }
    }

    /// <summary>The size of the arena.</summary>
    public long ByteCount { get; }

    /// <summary>All activations of the plan.</summary>
    public IEnumerable<Operand> Operands => _offsets.Keys;

    /// <summary>The byte at which an activation begins.</summary>
    public long OffsetOf(Operand operand) => _offsets[operand];

    /// <summary>Launches are numbered from 0; the upload comes before them as -1, the read-back after them.</summary>
    private static Dictionary<Operand, Lifetime> LifetimesOf(ExecutionPlan plan, bool keepLayerOutputs)
    {
        int readBack = plan.Dispatches.Count;
        var lifetimes = new Dictionary<Operand, Lifetime> { [plan.Input] = new(-1, -1) };
        for (int i = 0; i < plan.Dispatches.Count; i++)
            foreach (Operand operand in plan.Dispatches[i].Operands)
                if (operand is Activation)
                    lifetimes[operand] = lifetimes.TryGetValue(operand, out Lifetime life)
                        ? life with { Last = i }
                        : new Lifetime(i, i);
        IEnumerable<Operand> kept = keepLayerOutputs ? plan.LayerOutputs.Values.Append(plan.Output) : [plan.Output];
        foreach (Operand operand in kept)
            lifetimes[operand] = lifetimes[operand] with { Last = readBack };
        return lifetimes;
    }

    private readonly record struct Lifetime(int First, int Last)
    {
        public bool Meets(Lifetime other) => First <= other.Last && other.First <= Last;
    }
}
