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
        ReadOnlyMemory<float>[] inputs = [.. graph.Inputs.Select(input => Seeded(input.Shape.ElementCount))];
        float[][] first = Outputs(), again = Outputs();
        Memory<float>[] room = Array.ConvertAll(again, output => output.AsMemory());
        session.Run(inputs, Array.ConvertAll(first, output => output.AsMemory()));
        int differing = 0;
        for (int run = 2; run <= runs; run++)
        {
            Array.ForEach(again, output => output.AsSpan().Clear());
            session.Run(inputs, room);
            // As bits: a NaN is equal to itself here, and 0 is not -0.
            if (!first.Zip(again).All(pair =>
                MemoryMarshal.AsBytes<float>(pair.First).SequenceEqual(MemoryMarshal.AsBytes<float>(pair.Second))))
                differing++;
            progress?.Report((double)run / runs);
        }
        return differing;

        float[] Seeded(int length)
        {
            var input = new float[session.Options.Batch * length];
            for (int i = 0; i < session.Options.Batch; i++)
                CertificateInput.Draw((ulong)i + 1, input.AsSpan(i * length, length));
            return input;
        }

        float[][] Outputs() =>
            [.. graph.Outputs.Select(output => new float[session.Options.Batch * output.Shape.ElementCount])];
    }
}
