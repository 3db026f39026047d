using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SoftPool.Verification;

namespace SoftPool.Benchmarks;

/// <summary>What strict numerics gives for a seeded input, as a hash: the same on every device.</summary>
internal static class StrictBits
{
    public static string Of(GpuDevice device, Model model)
    {
        using InferenceSession session = device.CreateSession(model, new SessionOptions { Numerics = Numerics.Strict });
        var input = new float[model.Graph.InputShape.ElementCount];
        CertificateInput.Draw(1, input);
        var output = new float[model.Graph.OutputShape.ElementCount];
        session.Run(input, output);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(output)));
    }
}
