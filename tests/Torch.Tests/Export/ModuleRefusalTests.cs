using SoftPool.Torch.Export;
using SoftPool.Torch.Modules;
using TorchSharp;
using static TorchSharp.torch.nn;
using T = TorchSharp.torch.Tensor;

namespace SoftPool.Torch.Tests.Export;

/// <summary>What hooks cannot see is refused, with the modules between which it happens.</summary>
[TestClass]
public sealed class ModuleRefusalTests
{
    private static readonly Scalar Two = 2;

    [TestMethod]
    public void A_sum_is_refused_with_its_modules_and_an_offer() => AssertRefused(
        (m, x) => m.Relu.call(m.First.call(x).add(m.Second.call(x), Scalars.One)),
        "between 'First', 'Second' and 'Relu' something happens that no module does: "
        + "take SoftPool.Torch.Modules.Add, Subtract or Multiply for arithmetic, "
        + "a module such as torch.nn.ReLU for a function");

    [TestMethod]
    public void A_sum_that_is_the_output_is_refused() => AssertRefused(
        (m, x) => m.First.call(x).add(m.Second.call(x), Scalars.One), "between 'First', 'Second' and the output");

    [TestMethod]
    public void A_concatenation_is_refused() => AssertRefused(
        (m, x) => m.Relu.call(torch.cat([m.First.call(x), m.Second.call(x)], 1)),
        "between 'First', 'Second' and 'Relu' something happens that no module does: "
        + "take SoftPool.Torch.Modules.Concat for torch.cat");

    [TestMethod]
    public void A_view_is_refused() => AssertRefused(
        (m, x) => m.Relu.call(m.First.call(x).view(x.shape[0], -1)),
        "between 'First' and 'Relu' something happens that no module does: take torch.nn.Flatten");

    [TestMethod]
    public void A_view_of_the_input_is_refused() => AssertRefused(
        (m, x) => m.Relu.call(x.flatten(1)), "between the input and 'Relu'");

    [TestMethod]
    public void A_function_is_refused() => AssertRefused(
        (m, x) => m.Second.call(functional.relu(m.First.call(x))), "between 'First' and 'Second'");

    [TestMethod]
    public void Another_size_is_refused() => AssertRefused(
        (m, x) => m.Second.call(functional.max_pool2d(m.First.call(x), 2)),
        "between 'First' and 'Second' something happens that no module does: take torch.nn.Upsample");

    /// <summary>The object is the same, and so are its elements: torch says that they have been written.</summary>
    [TestMethod]
    public void A_change_in_place_is_refused_though_it_changes_no_element() => AssertRefused(
        (m, x) => m.Second.call(m.Relu.call(m.First.call(x)).relu_()),
        "what 'Relu' gave has been changed in place before 'Second' reads it");

    [TestMethod]
    public void A_change_in_place_of_a_view_is_refused() => AssertRefused(
        (m, x) =>
        {
            T y = m.First.call(x);
            y.view(-1).mul_(Two);
            return m.Second.call(y);
        },
        "what 'First' gave has been changed in place before 'Second' reads it");

    [TestMethod]
    public void What_a_module_changed_in_place_is_not_what_the_module_before_gave() => AssertRefused(
        (m, x) =>
        {
            T y = m.First.call(x);
            return m.Add.call(y, m.InPlace.call(y));
        },
        "what 'First' gave has been changed in place before 'Add' reads it");

    [TestMethod]
    public void A_residual_connection_around_a_module_that_computes_in_place_is_refused() => AssertRefused(
        (m, x) =>
        {
            T y = m.First.call(x), z = m.InPlace.call(y);
            return m.Add.call(z, y);
        },
        "what 'First' gave has been changed in place before 'Add' reads it");

    [TestMethod]
    public void A_copy_of_equal_numbers_is_refused() => AssertRefused(
        (m, x) => m.Second.call(m.First.call(x).clone()), "between 'First' and 'Second'");

    [TestMethod]
    public void A_tensor_that_takes_the_place_of_a_disposed_one_is_refused() => AssertRefused(
        (m, x) =>
        {
            T y = m.First.call(x);
            long[] shape = y.shape;
            y.Dispose();
            return m.Second.call(torch.zeros(shape));
        },
        "between 'First' and 'Second'");

    [TestMethod]
    public void A_learned_tensor_is_refused_by_its_name() => AssertRefused(
        (m, x) => m.Add.call(m.First.call(x), m.Offset),
        "'Add' reads the tensor 'Offset', which is no module's output");

    [TestMethod]
    public void A_call_of_forward_is_said() => AssertRefused(
        (m, x) => m.Second.call(m.First.forward(x)),
        "between the input and 'Second' something happens", "no call of 'First', 'Relu', 'InPlace', 'Add' was seen: "
        + "call modules by call(), because forward() runs no hooks");

    [TestMethod]
    public void What_depends_on_the_values_is_refused() => AssertRefused(
        (m, x) => x.flatten()[0].item<float>() > 0 ? m.First.call(x) : m.Second.call(x),
        "which modules it calls depends on the values of its input");

    [TestMethod]
    public void A_hook_that_changes_what_a_module_gives_is_refused() => AssertRefused(
        (m, x) =>
        {
            m.First.register_forward_hook((_, _, y) => y.mul(Two));
            return m.Second.call(m.First.call(x));
        },
        "between 'First' and 'Second'");

    [TestMethod]
    public void An_output_that_is_the_input_is_refused() =>
        AssertRefused((_, x) => x, "an output is the input 'input'");

    [TestMethod]
    public void An_input_that_nothing_reads_is_refused()
    {
        using var module = new Unread();
        using T example = torch.randn([1, 3]), other = torch.randn([1, 2]);
        UnsupportedModuleException e = Assert.ThrowsExactly<UnsupportedModuleException>(
            () => ModelExport.FromModule(module, example, other));
        CollectionAssert.AreEqual(new[] { "no output depends on the input 'mask'" }, e.Refusals.ToArray());
    }

    [TestMethod]
    public void Names_of_another_number_are_refused()
    {
        using var module = Linear(3, 2);
        using T example = torch.randn([1, 3]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(
                () => ModelExport.FromModule(module, example, new() { OutputNames = ["a", "b"] })).Message,
            "The module has 1 outputs, but 2 names came");
    }

    [TestMethod]
    public void All_modules_without_an_operator_are_listed_with_their_paths()
    {
        using var module = Sequential(
            ("a", Softmin(1)), ("b", Sequential(("c", MaxPool2d(2, dilation: 2)), ("d", new Swish()))),
            ("e", Conv2d(3, 3, 3, padding: 1, padding_mode: PaddingModes.Reflect)));
        using T example = torch.randn([1, 3, 9, 9]);
        UnsupportedModuleException e = Assert.ThrowsExactly<UnsupportedModuleException>(
            () => ModelExport.FromModule(module, example, new() { Name = "four" }));
        CollectionAssert.AreEqual(
            new[]
            {
                "'a' (Softmin) has no operator in the runtime", "'b.c' (MaxPool2d) has a dilation",
                "'b.d' (Swish) has no operator in the runtime",
                "'e' (Conv2d) has the padding mode Reflect: take a module such as torch.nn.ReflectionPad2d before it",
            },
            e.Refusals.ToArray());
        StringAssert.StartsWith(e.Message, "'four' cannot be exported: 'a' (Softmin) has no operator");
    }

    [TestMethod]
    public void Weights_of_another_type_are_refused()
    {
        using var module = Sequential(Linear(3, 2)).to(torch.float64);
        using T example = torch.randn([1, 3]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => ModelExport.FromModule(module, example)).Message,
            "0.weight is Float64: convert the module with to(torch.float32)");
    }

    [TestMethod]
    public void An_example_without_a_batch_is_refused()
    {
        using var module = Linear(3, 2);
        using T example = torch.randn([3]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => ModelExport.FromModule(module, example)).Message,
            "An example input is a batch of 32-bit floats, (N, ...); got (3) of Float32");
    }

    private static void AssertRefused(Func<Written, T, T> forward, params string[] messages)
    {
        torch.manual_seed(3);
        using var scope = torch.NewDisposeScope();
        using var module = new Written(forward);
        UnsupportedModuleException e = Assert.ThrowsExactly<UnsupportedModuleException>(
            () => ModelExport.FromModule(module, torch.randn([2, 2, 6, 6])));
        foreach (string message in messages)
            StringAssert.Contains(e.Message, message);
    }

    /// <summary>A module of modules, whose forward is the test's.</summary>
    private sealed class Written : Module<T, T>
    {
        public readonly Module<T, T> First, Second, Relu, InPlace;
        public readonly Add Add = new();
        public readonly TorchSharp.Modules.Parameter Offset = torch.nn.Parameter(torch.ones(1));

        private readonly Func<Written, T, T> _forward;

        public Written(Func<Written, T, T> forward) : base(nameof(Written))
        {
            _forward = forward;
            First = Conv2d(2, 2, 3, padding: 1);
            Second = Conv2d(2, 2, 3, padding: 1);
            Relu = ReLU();
            InPlace = ReLU(inplace: true);
            RegisterComponents();
        }

        public override T forward(T input) => _forward(this, input);
    }

    /// <summary>Reads one of its inputs.</summary>
    private sealed class Unread : Module<T, T, T>
    {
        private readonly Module<T, T> linear = Linear(3, 2);

        public Unread() : base(nameof(Unread)) => RegisterComponents();

        public override T forward(T x, T mask) => linear.call(x);
    }

    /// <summary>A user's own function.</summary>
    private sealed class Swish() : Module<T, T>(nameof(Swish))
    {
        public override T forward(T input) => input.mul(input.sigmoid());
    }
}
