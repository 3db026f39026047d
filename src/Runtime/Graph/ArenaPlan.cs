using SoftPool.Kernels;

namespace SoftPool.Graph;

/// <summary>Where each activation that is no part of another lies in one arena of device memory. Two whose lifetimes do not meet may share bytes.
/// They are placed one after the other, each at the lowest place that is free during its whole life; in several orders,
/// of which the one that takes the least memory is kept. The arena may lie in pieces: then no activation crosses from
/// one to the next.</summary>
internal sealed class ArenaPlan
{
    /// <summary>The largest first, the longest-lived first, the last needed first. The largest first is the best for
    /// most networks, for some by a third the worst.</summary>
    private static readonly Func<Tenant, long>[] Orders =
        [tenant => -tenant.Operand.ByteCount, tenant => tenant.First - tenant.Last, tenant => -tenant.Last];

    private readonly Dictionary<Operand, long> _offsets = [];
    private readonly long _pieceBytes;

    /// <param name="plan">The launches, in order.</param>
    /// <param name="alignment">What every offset is a multiple of, in bytes.</param>
    /// <param name="keepLayerOutputs">Whether every layer's output must still be there after the last launch.</param>
    /// <param name="guard">How many bytes before and behind each are nobody's. If there are any, no two share bytes:
    /// what guards one would not outlive another.</param>
    /// <param name="barriers">Which launches may run at the same time; null if none do.</param>
    /// <param name="largestPiece">The most bytes of a piece, unless one activation takes more.</param>
    /// <param name="hasInputs">Whether the network's inputs are in it.</param>
    public ArenaPlan(
        ExecutionPlan plan, long alignment, bool keepLayerOutputs, long guard = 0, BarrierPlan? barriers = null,
        long largestPiece = long.MaxValue, bool hasInputs = true)
    {
        int epochs = barriers?.Epochs ?? plan.Launches.Count;
        Tenant[] tenants = TenantsOf(plan, keepLayerOutputs, barriers, epochs);
        if (guard > 0)
            tenants = [.. tenants.Select(tenant => tenant with { First = 0, Last = epochs + 1 })];
        if (!hasInputs)
            tenants = [.. tenants.Where(tenant => !plan.Inputs.Contains(tenant.Operand))];
        guard = Division.Align(guard, alignment);
        // Pieces begin where offsets may, and hold the largest activation with its guards.
        long largest = tenants.Select(tenant => tenant.Operand.ByteCount).DefaultIfEmpty().Max();
        _pieceBytes = largestPiece == long.MaxValue
            ? long.MaxValue
            : Math.Max(largestPiece / alignment * alignment, Division.Align(largest + 2 * guard, alignment));
        LowerBound = LargestSumAlive(tenants, epochs);
        ByteCount = long.MaxValue;
        foreach (Func<Tenant, long> order in Orders)
        {
            List<Place> places = PlaceAll(
                tenants.OrderBy(order).ThenByDescending(tenant => tenant.Operand.ByteCount), alignment, guard);
            long byteCount = places.Select(place => place.End).DefaultIfEmpty().Max() + guard;
            if (byteCount < ByteCount)
            {
                ByteCount = byteCount;
                _offsets = places.ToDictionary(place => place.Tenant.Operand, place => place.Begin);
            }
            if (ByteCount == LowerBound)
                break;
        }
    }

    /// <summary>The size of the arena.</summary>
    public long ByteCount { get; }

    /// <summary>The largest sum of activations that are alive at once: no arena is smaller.</summary>
    public long LowerBound { get; }

    /// <summary>All activations of the plan that are no parts of others.</summary>
    public IEnumerable<Operand> Operands => _offsets.Keys;

    /// <summary>The byte at which an activation begins.</summary>
    public long OffsetOf(Operand operand)
    {
        var activation = (Activation)operand;
        return _offsets[activation.Root] + activation.BeginBytes;
    }

    /// <summary>The sizes of the pieces in which the arena lies.</summary>
    public IEnumerable<long> Pieces
    {
        get
        {
            for (long begin = 0; begin < ByteCount; begin += Math.Min(_pieceBytes, ByteCount - begin))
                yield return Math.Min(_pieceBytes, ByteCount - begin);
        }
    }

    /// <summary>The piece in which an activation lies, and the byte at which it begins there.</summary>
    public (int Piece, long Offset) PlaceOf(Operand operand) =>
        ((int)(OffsetOf(operand) / _pieceBytes), OffsetOf(operand) % _pieceBytes);

    /// <summary>Launches are in epochs from 1; the upload comes before them in 0, the read-back after them.</summary>
    private static Tenant[] TenantsOf(ExecutionPlan plan, bool keepLayerOutputs, BarrierPlan? barriers, int epochs)
    {
        int readBack = epochs + 1;
        Dictionary<Operand, Tenant> tenants =
            plan.Inputs.ToDictionary(input => input, input => new Tenant(input, 0, 0));
        for (int i = 0; i < plan.Launches.Count; i++)
        {
            int epoch = barriers?.EpochOf(i) ?? i + 1;
            foreach (Operand operand in plan.Launches[i].Operands)
                if (operand is Activation { Root: { } root })
                    tenants[root] = tenants.TryGetValue(root, out Tenant tenant)
                        ? tenant with { Last = epoch }
                        : new Tenant(root, epoch, epoch);
        }
        IEnumerable<Operand> kept = keepLayerOutputs ? plan.LayerOutputs.Values.Concat(plan.Outputs) : plan.Outputs;
        foreach (Activation operand in kept.Cast<Activation>())
            tenants[operand.Root] = tenants[operand.Root] with { Last = readBack };
        return [.. tenants.Values];
    }

    private static long LargestSumAlive(Tenant[] tenants, int epochs)
    {
        // What begins and ends between one epoch and the next, from the upload to behind the read-back.
        var changes = new long[epochs + 3];
        foreach (Tenant tenant in tenants)
        {
            changes[tenant.First] += tenant.Operand.ByteCount;
            changes[tenant.Last + 1] -= tenant.Operand.ByteCount;
        }
        long alive = 0, largest = 0;
        foreach (long change in changes)
            largest = Math.Max(largest, alive += change);
        return largest;
    }

    private List<Place> PlaceAll(IEnumerable<Tenant> tenants, long alignment, long guard)
    {
        // In the order in which they lie.
        var places = new List<Place>();
        foreach (Tenant tenant in tenants)
        {
            long byteCount = tenant.Operand.ByteCount + guard, begin = guard;
            foreach (Place other in places)
                if (other.Tenant.Meets(tenant) && other.End > begin)
                {
                    if (begin + byteCount <= other.Begin)
                        break;
                    begin = InOnePiece(Division.Align(other.End, alignment) + guard, byteCount, guard);
                }
            int index = places.FindIndex(other => other.Begin > begin);
            places.Insert(index < 0 ? places.Count : index, new Place(tenant, begin));
        }
        return places;
    }

    /// <summary>The first place from a byte on at which an activation with its guards does not cross from one piece to
    /// the next.</summary>
    private long InOnePiece(long begin, long byteCount, long guard)
    {
        // The guard before it too.
        long piece = (begin - guard) / _pieceBytes;
        return begin + byteCount - piece * _pieceBytes <= _pieceBytes ? begin : (piece + 1) * _pieceBytes + guard;
    }

    /// <summary>An activation, with the first and the last epoch that need it.</summary>
    private readonly record struct Tenant(Operand Operand, int First, int Last)
    {
        public bool Meets(Tenant other) => First <= other.Last && other.First <= Last;
    }

    private readonly record struct Place(Tenant Tenant, long Begin)
    {
        public long End => Begin + Tenant.Operand.ByteCount;
    }
}
