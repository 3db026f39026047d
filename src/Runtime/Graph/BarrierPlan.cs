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
        var touched = new Dictionary<Operand, Use>();
        for (int i = 0; i < launches.Count; i++)
        {
            KernelLaunch launch = launches[i];
            KernelAccess access = accessOf(launch);
            // What was recorded before the first launch has written its input.
            int epoch = i == 0 ? 1 : _epochs[i - 1];
            for (int binding = 0; binding < launch.Operands.Count; binding++)
                if (touched.TryGetValue(launch.Operands[binding], out Use use) && use.Epoch == epoch
                    && Meets(use, launch.Layer, access, binding))
                {
                    epoch++;
                    break;
                }
            _epochs[i] = epoch;
            for (int binding = 0; binding < launch.Operands.Count; binding++)
            {
                if (launch.Operands[binding] is not Activation operand)
                    continue;
                Use before = touched.GetValueOrDefault(operand);
                if (before.Epoch != epoch)
                    before = default;
                touched[operand] = new Use(
                    epoch, before.IsRead || Has(access.Read, binding), before.IsWritten || Has(access.Written, binding),
                    launch.Layer);
            }
        }
    }

    /// <summary>The number of epochs.</summary>
    public int Epochs => _epochs.Length == 0 ? 0 : _epochs[^1];

    /// <summary>The epoch of a launch, from 1. What comes before the launches is in epoch 0.</summary>
    public int EpochOf(int launch) => _epochs[launch];

    /// <summary>Whether a barrier is needed before a launch.</summary>
    public bool IsBefore(int launch) => launch == 0 || _epochs[launch] != _epochs[launch - 1];

    private static bool Meets(Use use, string layer, KernelAccess access, int binding)
    {
        bool reads = Has(access.Read, binding), writes = Has(access.Written, binding);
        return (reads && use.IsWritten) || (writes && use.IsRead) || (writes && use.IsWritten && use.Layer != layer);
    }

    private static bool Has(uint bindings, int binding) => (bindings >> binding & 1) != 0;

    /// <summary>What the launches of an epoch have done to an operand, and the layer of the last of them.</summary>
    private readonly record struct Use(int Epoch, bool IsRead, bool IsWritten, string Layer);
}
