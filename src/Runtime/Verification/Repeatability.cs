using System.Runtime.InteropServices;

namespace SoftPool.Verification;

/// <summary>Whether a session gives the same bits each time.</summary>
internal static class Repeatability
{
    /// <summary>Runs a full batch of seeded inputs over and over.</summary>
    /// <param name="session">The session.</param>
    /// <param name="runs">How often.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <returns>How many runs gave other bits than the first.</returns>
    public static int Differing(InferenceSession session, int runs, IProgress<double>? progress = null)
    {
        ModelGraph graph = session.Graph;
        var input = new float[session.Options.Batch * graph.InputShape.ElementCount];
        for (int i = 0; i < session.Options.Batch; i++)
            CertificateInput.Draw(
                (ulong)i + 1, input.AsSpan(i * graph.InputShape.ElementCount, graph.InputShape.ElementCount));
        var first = new float[session.Options.Batch * graph.OutputShape.ElementCount];
        var again = new float[first.Length];
        session.Run(input, first);
        int differing = 0;
        for (int run = 2; run <= runs; run++)
        {
            again.AsSpan().Clear();
            session.Run(input, again);
            // As bits: a NaN is equal to itself here, and 0 is not -0.
            if (!MemoryMarshal.AsBytes<float>(first).SequenceEqual(MemoryMarshal.AsBytes<float>(again)))
                differing++;
            progress?.Report((double)run / runs);
        }
        return differing;
    }
}
