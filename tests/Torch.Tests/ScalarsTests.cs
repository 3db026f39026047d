using Mono.Cecil;
using TorchSharp;

namespace SoftPool.Torch.Tests;

/// <summary>Every Scalar outlives the native calls that read it: see <see cref="Scalars"/>. A call that does not throws
/// once in millions, so this looks at the code and not at what it does.</summary>
[TestClass]
public sealed class ScalarsTests
{
    [TestMethod]
    [DataRow("SoftPool.Torch")]
    [DataRow("SoftPool.Torch.Export")]
    [DataRow("softpool")]
    [DataRow("SoftPool.Torch.Tests")]
    public void No_scalar_is_let_go_before_its_call_returns(string assembly)
    {
        using var loose = new LooseScalars();
        string[] found = loose.In(assembly, type => !IsExample(type) && !IsUsers(type));
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    [TestMethod]
    public void What_lets_one_go_is_found()
    {
        using var loose = new LooseScalars();
        string[] found = loose.In("SoftPool.Torch.Tests", IsExample);
        CollectionAssert.AreEquivalent(
            (string[])
            [
                "Examples.Converted: Scalar.op_Implicit", "Examples.Extended: ScalarExtensionMethods.ToScalar",
                "Examples.Variable: Scalar.op_Implicit", "Examples.Sum: "
                + "Tensor.op_Addition", "Examples.SumInPlace: Tensor.add_",
                "Examples.Divided: Tensor.op_Division", "makes a LeakyReLU: "
                + "LeakyReLU.forward", "makes a Adam: Adam.step",
            ],
            found, string.Join('\n', found));
    }

    /// <summary>Modules as users write them, LeakyReLU among them.</summary>
    private static bool IsUsers(TypeDefinition type) => type.DeclaringType is { } outer
        ? IsUsers(outer)
        : type.Namespace == "SoftPool.Torch.Tests.Export";

    private static bool IsExample(TypeDefinition type) =>
        type.Name == nameof(Examples) || type.DeclaringType?.Name == nameof(Examples);

    /// <summary>Never called. The first eight let a scalar go.</summary>
    private static class Examples
    {
        private static readonly Scalar Kept = 2;

        public static torch.Tensor Converted(torch.Tensor x) => x.mul(2);

        public static torch.Tensor Extended(torch.Tensor x) => x.mul(2.ToScalar());

        public static torch.Tensor Variable(torch.Tensor x)
        {
            Scalar two = 2;
            return x.mul(two).mul(two);
        }

        public static torch.Tensor Sum(torch.Tensor x) => x + x;

        public static torch.Tensor SumInPlace(torch.Tensor x) => x.add_(x);

        public static torch.Tensor Divided(torch.Tensor x) => x / 2;

        public static TorchSharp.Modules.LeakyReLU Layer() => torch.nn.LeakyReLU(0.1);

        public static TorchSharp.Modules.Adam Optimizer(torch.nn.Module network) =>
            torch.optim.Adam(network.parameters());

        public static torch.Tensor Constant(torch.Tensor x) => x.mul(Kept);

        public static torch.Tensor Using(torch.Tensor x)
        {
            using Scalar two = 2, three = 3, four = 4, five = 5, six = 6;
            return x.mul(two).mul(three).mul(four).mul(five).mul(six);
        }

        public static torch.Tensor Product(torch.Tensor x) => x * x;

        public static TorchSharp.Modules.Conv2d Convolution() => torch.nn.Conv2d(3, 3, 3);
    }
}
