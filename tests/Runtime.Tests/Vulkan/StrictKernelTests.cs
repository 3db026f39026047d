using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>No edit of a kernel breaks strict numerics unseen: the SPIR-V of each is held to the rules of
/// strict.glsl.</summary>
[TestClass]
public sealed class StrictKernelTests
{
    private const string Ending = ".strict";

    [TestMethod]
    public void Strict_kernels_hold_nothing_but_correctly_rounded_operations()
    {
        string[] kernels = [.. EmbeddedShaders.Names.Where(name => name.EndsWith(Ending, StringComparison.Ordinal))];
        Assert.IsGreaterThan(10, kernels.Length);
        foreach (string kernel in kernels)
            Assert.AreEqual("", string.Join(", ", StrictRules.Breaches(EmbeddedShaders.Load(kernel)).Distinct()), kernel);
    }

    /// <summary>Compiled for fast numerics, they divide, contract and unroll.</summary>
    [TestMethod]
    [DataRow("conv2d", "without NoContraction")]
    [DataRow("softmax", "instruction 136")]
    [DataRow("linear", "GLSL's function 50")]
    public void The_same_kernels_compiled_fast_break_the_rules(string kernel, string breach) =>
        Assert.Contains(breach, string.Join(", ", StrictRules.Breaches(EmbeddedShaders.Load(kernel))));
}
