using SoftPool.Trainer.StateDicts;
using TorchSharp;
using static TorchSharp.torch;

namespace SoftPool.Trainer.Tests.StateDicts;

/// <summary>What TorchSharp itself saves.</summary>
[TestClass]
public sealed class TorchSharpFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float64)]
    [DataRow(ScalarType.BFloat16)]
    public void A_saved_module_is_read(ScalarType type)
    {
        using var module = nn.Sequential(
            ("conv", nn.Conv2d(3, 5, 3)), ("bn", nn.BatchNorm2d(5)), ("fc", nn.Linear(130, 7)));
        module.to(type);
        module.save(_folder["m.dat"]);
        StateDict read = StateDict.Read(_folder["m.dat"]);
        Dictionary<string, torch.Tensor> expected = module.state_dict();
        CollectionAssert.AreEqual(
            expected.Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToArray(),
            read.Tensors.Keys.ToArray());
        foreach ((string name, SoftPool.Tensor tensor) in read.Tensors)
        {
            using torch.Tensor floats = expected[name].to(ScalarType.Float32).contiguous();
            CollectionAssert.AreEqual(expected[name].shape.Select(extent => (int)extent).ToArray(),
                tensor.Shape.Extents.ToArray());
            Assert.IsTrue(floats.data<float>().ToArray().AsSpan().SequenceEqual(tensor.Data.Span), name);
        }
    }

    [TestMethod]
    public void A_file_cut_off_anywhere_or_damaged_is_read_or_refused()
    {
        using (var module = nn.Linear(2, 3))
            module.save(_folder["m.dat"]);
        byte[] whole = File.ReadAllBytes(_folder["m.dat"]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["m.dat"], whole[..length]);
            Assert.ThrowsExactly<ModelFormatException>(() => StateDict.Read(_folder["m.dat"]));
        }
        var random = new Random(1);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(Math.Min(24, whole.Length))] = (byte)random.Next(256);
            damaged[random.Next(whole.Length)] = 0xFF;
            File.WriteAllBytes(_folder["m.dat"], damaged);
            try
            {
                StateDict.Read(_folder["m.dat"]);
            }
            catch (ModelFormatException)
            {
            }
        }
    }
}
