using SoftPool.Kernels;

namespace SoftPool.Graph;

/// <summary>Before which launches of a plan a barrier is needed. Launches between two barriers, those of one epoch, may
/// run at the same time, so that branches of a network fill a GPU together: none of them reads what another one writes.
/// Several may write parts of one operand, if they are of one layer: the launches of a layer never write the same
/// element. Activations of one epoch share no memory, so no other barrier is needed
/// (<see cref="ArenaPlan"/>).</summary>
internal sealed class BarrierPlan
{
    private readonly int[] _epochs;

    /// <param name="launches">The launches, in order.</param>
    /// <param name="accessOf">What a launch does to its operands.</param>
    public BarrierPlan(IReadOnlyList<KernelLaunch> launches, Func<KernelLaunch, KernelAccess> accessOf)
    {
        _epochs = new int[launches.Count];
        // In the epoch, by what has the memory.
        var touched = new Dictionary<Activation, List<Use>>();
        for (int i = 0; i < launches.Count; i++)
        {
            KernelLaunch launch = launches[i];
            KernelAccess access = accessOf(launch);
            // What was recorded before the first launch has written its input.
            _epochs[i] = i == 0 ? 1 : _epochs[i - 1];
            Use[] uses = [.. UsesOf(launch, access)];
            if (Array.Exists(
                uses, use => touched.TryGetValue(use.Of.Root, out List<Use>? before) && before.Exists(use.Meets)))
            {
                _epochs[i]++;
                touched.Clear();
            }
            foreach (Use use in uses)
            {
                if (!touched.TryGetValue(use.Of.Root, out List<Use>? before))
                    touched.Add(use.Of.Root, before = []);
                before.Add(use);
            }
        }
    }

    /// <summary>The number of epochs.</summary>
    public int Epochs => _epochs.Length == 0 ? 0 : _epochs[^1];

    /// <summary>The epoch of a launch, from 1. What comes before the launches is in epoch 0.</summary>
    public int EpochOf(int launch) => _epochs[launch];

    /// <summary>Whether a barrier is needed before a launch.</summary>
    public bool IsBefore(int launch) => launch == 0 || _epochs[launch] != _epochs[launch - 1];

    private static IEnumerable<Use> UsesOf(KernelLaunch launch, KernelAccess access)
    {
        for (int binding = 0; binding < launch.Operands.Count; binding++)
            if (launch.Operands[binding] is Activation operand)
                yield return new Use(
                    operand, (access.Read >> binding & 1) != 0, (access.Written >> binding & 1) != 0, launch.Layer);
    }

    /// <summary>What a launch of a layer does to an activation.</summary>
    private readonly record struct Use(Activation Of, bool IsRead, bool IsWritten, string Layer)
    {
        /// <summary>Whether one has to wait for the other. Parts of one activation that have no element in common do
        /// not.</summary>
        public bool Meets(Use other) =>
            Of.Begin < other.Of.Begin + other.Of.Count && other.Of.Begin < Of.Begin + Of.Count
            && ((IsRead && other.IsWritten) || (IsWritten && other.IsRead)
                || (IsWritten && other.IsWritten && Layer != other.Layer));
    }
}
