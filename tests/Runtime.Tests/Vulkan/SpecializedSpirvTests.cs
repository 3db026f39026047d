using SoftPool.Kernels;
using SoftPool.Runtime.Tests.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Kernels without what their constants rule out. That they compute the same, the tests of operators show on
/// SwiftShader.</summary>
[TestClass]
public sealed class SpecializedSpirvTests
{
    private const uint Capability = 17, TypeVoid = 19, TypeBool = 20, TypeInt = 21, TypeFunction = 33, Constant = 43;
    private const uint SpecConstantTrue = 48, Function = 54, FunctionEnd = 56, Decorate = 71, CopyObject = 83;
    private const uint IAdd = 128, Phi = 245, LoopMerge = 246, SelectionMerge = 247, Label = 248, Branch = 249;
    private const uint BranchConditional = 250, Return = 253, Undef = 1, Unreachable = 255;
    private const uint ConstantTrue = 41, ConstantFalse = 42, SpecId = 1, Unroll = 1, DontUnroll = 2;

    [TestMethod]
    public void Every_kernel_stays_whole_and_needs_no_constants()
    {
        long before = 0, after = 0;
        foreach (KernelLaunch launch in KernelSignatureTests.Launches.Values)
        {
            uint[] code = EmbeddedShaders.Load(launch.Kernel);
            uint[] values = KernelSignature.Of(code).ValuesOf(launch);
            uint[] specialized = SpecializedSpirv.Of(code, values);

            Assert.AreEqual("", string.Join(", ", SpirvRules.Breaches(code)), launch.Kernel);
            Assert.AreEqual("", string.Join(", ", SpirvRules.Breaches(specialized)), launch.Kernel);
            Assert.IsFalse(
                SpirvRules.Instructions(specialized).Any(words => (words[0] & 0xFFFF) is >= 48 and <= 51), launch.Kernel);
            CollectionAssert.AreEqual(specialized, SpecializedSpirv.Of(specialized, []), launch.Kernel);
            Assert.AreEqual(
                KernelSignature.Of(code).Access, KernelSignature.Of(specialized).Access, launch.Kernel);
            (before, after) = (before + code.Length, after + specialized.Length);
        }
        Assert.IsLessThan(0.7 * before, after);
    }

    [TestMethod]
    [DataRow("pointwise_texel", "POINTWISE", 1u, DisplayName = "ReLU")]
    [DataRow("elementwise_texel", "OPERATION", 0u, DisplayName = "Add")]
    public void Of_an_operator_one_function_remains(string kernel, string constant, uint value)
    {
        KernelLaunch launch = KernelSignatureTests.Launches.Values.First(launch => launch.Kernel == kernel);
        uint[] code = EmbeddedShaders.Load(kernel);
        KernelSignature signature = KernelSignature.Of(code);
        uint[] values =
        [
            .. signature.Constants!.Zip(signature.ValuesOf(launch))
                .Select(pair => pair.First == constant ? value : pair.First == "POINTWISE" ? 0 : pair.Second),
        ];

        uint[] specialized = SpecializedSpirv.Of(code, values);

        Assert.IsLessThan(code.Length / 4, specialized.Length);
    }

    /// <summary>A loop that a constant ends in its first round, or never.</summary>
    [TestMethod]
    [DataRow(1u, DisplayName = "first round")]
    [DataRow(0u, DisplayName = "never")]
    public void A_loop_keeps_its_shape(uint ends)
    {
        uint[] code = Module(
            [Decorate, 5, SpecId, 0], [Decorate, 23, 42], [TypeVoid, 1], [TypeFunction, 2, 1], [TypeBool, 3],
            [TypeInt, 4, 32, 0], [SpecConstantTrue, 3, 5], [Constant, 4, 6, 0], [Constant, 4, 7, 1],
            [Function, 1, 10, 0, 2],
            [Label, 11], [CopyObject, 4, 22, 6], [Branch, 12],
            [Label, 12], [Phi, 4, 20, 22, 11, 23, 15], [LoopMerge, 16, 15, Unroll], [Branch, 13],
            [Label, 13], [SelectionMerge, 14, 0], [BranchConditional, 5, 17, 14],
            [Label, 17], [Branch, 16],
            [Label, 14], [Branch, 15],
            [Label, 15], [IAdd, 4, 23, 20, 7], [Branch, 12],
            [Label, 16], [Return],
            [FunctionEnd]);
        uint[] expected = ends == 1
            ? Module(
                [TypeVoid, 1], [TypeFunction, 2, 1], [TypeBool, 3], [TypeInt, 4, 32, 0], [ConstantTrue, 3, 5],
                [Constant, 4, 6, 0], [Constant, 4, 7, 1], [Undef, 4, 100],
                [Function, 1, 10, 0, 2],
                [Label, 11], [CopyObject, 4, 22, 6], [Branch, 12],
                [Label, 12], [Phi, 4, 20, 22, 11, 100, 15], [LoopMerge, 16, 15, DontUnroll], [Branch, 13],
                [Label, 13], [Branch, 17],
                [Label, 17], [Branch, 16],
                [Label, 15], [Branch, 12],
                [Label, 16], [Return],
                [FunctionEnd])
            : Module(
                [Decorate, 23, 42], [TypeVoid, 1], [TypeFunction, 2, 1], [TypeBool, 3], [TypeInt, 4, 32, 0],
                [ConstantFalse, 3, 5], [Constant, 4, 6, 0], [Constant, 4, 7, 1],
                [Function, 1, 10, 0, 2],
                [Label, 11], [CopyObject, 4, 22, 6], [Branch, 12],
                [Label, 12], [Phi, 4, 20, 22, 11, 23, 15], [LoopMerge, 16, 15, DontUnroll], [Branch, 13],
                [Label, 13], [Branch, 14],
                [Label, 14], [Branch, 15],
                [Label, 15], [IAdd, 4, 23, 20, 7], [Branch, 12],
                [Label, 16], [Unreachable],
                [FunctionEnd]);
        expected[3] += ends;

        CollectionAssert.AreEqual(expected, SpecializedSpirv.Of(code, [ends]));
    }

    /// <summary>Where two branches meet, what came by the one that is left is known.</summary>
    [TestMethod]
    [DataRow(1u, 6u, DisplayName = "true")]
    [DataRow(0u, 7u, DisplayName = "false")]
    public void A_phi_of_one_branch_is_folded(uint condition, uint known)
    {
        uint[] code = Module(
            [Decorate, 5, SpecId, 0], [TypeVoid, 1], [TypeFunction, 2, 1], [TypeBool, 3], [TypeInt, 4, 32, 0],
            [SpecConstantTrue, 3, 5], [Constant, 4, 6, 6], [Constant, 4, 7, 7],
            [Function, 1, 10, 0, 2],
            [Label, 11], [SelectionMerge, 14, 0], [BranchConditional, 5, 12, 13],
            [Label, 12], [Branch, 14],
            [Label, 13], [Branch, 14],
            [Label, 14], [Phi, 4, 20, 6, 12, 7, 13], [IAdd, 4, 21, 20, 20], [CopyObject, 4, 22, 21], [Return],
            [FunctionEnd]);

        uint[] specialized = SpecializedSpirv.Of(code, [condition]);

        string[] instructions = [.. SpirvRules.Instructions(specialized).Select(words => string.Join(' ', words[1..]))];
        Assert.Contains($"4 20 {known}", instructions);
        Assert.Contains($"4 21 {2 * known}", instructions);
        Assert.Contains("4 22 21", instructions);
        Assert.HasCount(3, SpirvRules.Instructions(specialized).Where(words => (words[0] & 0xFFFF) == Label));
    }

    [TestMethod]
    public void A_constant_of_another_type_is_left_to_the_driver()
    {
        const uint TypeFloat = 22, SpecConstant = 50;
        uint[] code = Module(
            [Decorate, 5, SpecId, 0], [TypeVoid, 1], [TypeFunction, 2, 1], [TypeFloat, 3, 32],
            [SpecConstant, 3, 5, 0x3F80_0000],
            [Function, 1, 10, 0, 2], [Label, 11], [CopyObject, 3, 22, 5], [Return], [FunctionEnd]);

        CollectionAssert.AreEqual(code, SpecializedSpirv.Of(code, [0x3F00_0000]));
    }

    [TestMethod]
    [DataRow(126u, new uint[] { 5 }, 0xFFFF_FFFBu, DisplayName = "SNegate")]
    [DataRow(128u, new uint[] { 0xFFFF_FFFF, 2 }, 1u, DisplayName = "IAdd")]
    [DataRow(130u, new uint[] { 1, 2 }, 0xFFFF_FFFFu, DisplayName = "ISub")]
    [DataRow(132u, new uint[] { 0x8000_0001, 2 }, 2u, DisplayName = "IMul")]
    [DataRow(134u, new uint[] { 0xFFFF_FFFE, 2 }, 0x7FFF_FFFFu, DisplayName = "UDiv")]
    [DataRow(135u, new uint[] { 0xFFFF_FFFE, 2 }, 0xFFFF_FFFFu, DisplayName = "SDiv")]
    [DataRow(137u, new uint[] { 0xFFFF_FFFF, 10 }, 5u, DisplayName = "UMod")]
    [DataRow(194u, new uint[] { 0x8000_0000, 4 }, 0x0800_0000u, DisplayName = "ShiftRightLogical")]
    [DataRow(195u, new uint[] { 0x8000_0000, 4 }, 0xF800_0000u, DisplayName = "ShiftRightArithmetic")]
    [DataRow(196u, new uint[] { 3, 31 }, 0x8000_0000u, DisplayName = "ShiftLeftLogical")]
    [DataRow(197u, new uint[] { 5, 3 }, 7u, DisplayName = "BitwiseOr")]
    [DataRow(198u, new uint[] { 5, 3 }, 6u, DisplayName = "BitwiseXor")]
    [DataRow(199u, new uint[] { 5, 3 }, 1u, DisplayName = "BitwiseAnd")]
    [DataRow(200u, new uint[] { 5 }, 0xFFFF_FFFAu, DisplayName = "Not")]
    [DataRow(164u, new uint[] { 1, 1 }, 1u, DisplayName = "LogicalEqual")]
    [DataRow(165u, new uint[] { 1, 1 }, 0u, DisplayName = "LogicalNotEqual")]
    [DataRow(166u, new uint[] { 0, 1 }, 1u, DisplayName = "LogicalOr")]
    [DataRow(167u, new uint[] { 0, 1 }, 0u, DisplayName = "LogicalAnd")]
    [DataRow(168u, new uint[] { 0 }, 1u, DisplayName = "LogicalNot")]
    [DataRow(169u, new uint[] { 0, 7, 9 }, 9u, DisplayName = "Select")]
    [DataRow(170u, new uint[] { 4, 4 }, 1u, DisplayName = "IEqual")]
    [DataRow(171u, new uint[] { 4, 4 }, 0u, DisplayName = "INotEqual")]
    [DataRow(172u, new uint[] { 0xFFFF_FFFF, 1 }, 1u, DisplayName = "UGreaterThan")]
    [DataRow(173u, new uint[] { 0xFFFF_FFFF, 1 }, 0u, DisplayName = "SGreaterThan")]
    [DataRow(174u, new uint[] { 1, 1 }, 1u, DisplayName = "UGreaterThanEqual")]
    [DataRow(175u, new uint[] { 0xFFFF_FFFF, 0 }, 0u, DisplayName = "SGreaterThanEqual")]
    [DataRow(176u, new uint[] { 0xFFFF_FFFF, 1 }, 0u, DisplayName = "ULessThan")]
    [DataRow(177u, new uint[] { 0xFFFF_FFFF, 1 }, 1u, DisplayName = "SLessThan")]
    [DataRow(178u, new uint[] { 1, 1 }, 1u, DisplayName = "ULessThanEqual")]
    [DataRow(179u, new uint[] { 1, 0xFFFF_FFFF }, 0u, DisplayName = "SLessThanEqual")]
    public void Operations_are_folded(uint operation, uint[] values, uint expected)
    {
        uint[] ids = [.. values.Select((_, index) => (uint)index)];
        var known = ids.ToDictionary(id => id, id => values[id]);

        Assert.AreEqual(expected, ConstantFolding.Of(operation, ids, known));
    }

    [TestMethod]
    [DataRow(134u, 1u, 0u, DisplayName = "division by 0")]
    [DataRow(137u, 1u, 0u, DisplayName = "remainder of a division by 0")]
    [DataRow(135u, 0x8000_0000u, 0xFFFF_FFFFu, DisplayName = "the quotient that does not fit")]
    [DataRow(196u, 1u, 32u, DisplayName = "a shift by all bits")]
    [DataRow(129u, 1u, 1u, DisplayName = "an addition of floats")]
    public void What_is_not_defined_is_not_folded(uint operation, uint a, uint b) =>
        Assert.IsNull(ConstantFolding.Of(operation, [0, 1], new Dictionary<uint, uint> { [0] = a, [1] = b }));

    [TestMethod]
    public void One_operand_may_be_enough()
    {
        Assert.AreEqual(1u, ConstantFolding.Of(166, [0, 9], new Dictionary<uint, uint> { [0] = 1 }));
        Assert.AreEqual(0u, ConstantFolding.Of(167, [9, 0], new Dictionary<uint, uint> { [0] = 0 }));
        Assert.IsNull(ConstantFolding.Of(166, [0, 9], new Dictionary<uint, uint> { [0] = 0 }));
        Assert.AreEqual(5u, ConstantFolding.Of(169, [0, 9, 1], new Dictionary<uint, uint> { [0] = 0, [1] = 5 }));
        Assert.IsNull(ConstantFolding.Of(169, [9, 1, 1], new Dictionary<uint, uint> { [1] = 5 }));
    }

    /// <summary>A module of ids below 100.</summary>
    private static uint[] Module(params uint[][] instructions) =>
    [
        0x0723_0203, 0x0001_0300, 0, 100, 0, 2 << 16 | Capability, 1,
        .. instructions.SelectMany(
            words => (uint[])[(uint)words.Length << 16 | words[0], .. words[1..]]),
    ];
}
