namespace SoftPool.Vulkan;

/// <summary>Operations of SPIR-V on 32-bit integers and truth values whose operands are known.</summary>
internal static class ConstantFolding
{
    /// <summary>What an operation gives; null where that is not known.</summary>
    /// <param name="operation">Its number in the SPIR-V specification, section 3.</param>
    /// <param name="operands">Its operands' ids.</param>
    /// <param name="known">The values that are known by their ids, truth values as 0 and 1.</param>
    public static uint? Of(uint operation, ReadOnlySpan<uint> operands, Dictionary<uint, uint> known)
    {
        const uint OpLogicalOr = 166, OpLogicalAnd = 167, OpSelect = 169;
        uint? a = Operand(operands, 0), b = Operand(operands, 1);
        return operation switch
        {
            OpLogicalOr when a == 1 || b == 1 => 1,
            OpLogicalAnd when a == 0 || b == 0 => 0,
            OpSelect when a is not null => Operand(operands, a == 1 ? 1 : 2),
            _ when a is null => null,
            _ when operands.Length == 1 => OfOne(operation, a.Value),
            _ when operands.Length == 2 && b is not null => OfTwo(operation, a.Value, b.Value),
            _ => null,
        };

        uint? Operand(ReadOnlySpan<uint> ids, int index) =>
            index < ids.Length && known.TryGetValue(ids[index], out uint value) ? value : null;
    }

    private static uint? OfOne(uint operation, uint a) => operation switch
    {
        126 => 0 - a, // OpSNegate
        168 => 1 - a, // OpLogicalNot
        200 => ~a, // OpNot
        _ => null,
    };

    private static uint? OfTwo(uint operation, uint a, uint b) => operation switch
    {
        128 => a + b, // OpIAdd
        130 => a - b, // OpISub
        132 => a * b, // OpIMul
        134 => b == 0 ? null : a / b, // OpUDiv
        135 => b == 0 || b == uint.MaxValue ? null : (uint)((int)a / (int)b), // OpSDiv
        137 => b == 0 ? null : a % b, // OpUMod
        194 => b < 32 ? a >> (int)b : null, // OpShiftRightLogical
        195 => b < 32 ? (uint)((int)a >> (int)b) : null, // OpShiftRightArithmetic
        196 => b < 32 ? a << (int)b : null, // OpShiftLeftLogical
        166 or 197 => a | b, // OpLogicalOr, OpBitwiseOr
        167 or 199 => a & b, // OpLogicalAnd, OpBitwiseAnd
        198 => a ^ b, // OpBitwiseXor
        164 or 170 => a == b ? 1u : 0, // OpLogicalEqual, OpIEqual
        165 or 171 => a != b ? 1u : 0, // OpLogicalNotEqual, OpINotEqual
        172 => a > b ? 1u : 0, // OpUGreaterThan
        173 => (int)a > (int)b ? 1u : 0, // OpSGreaterThan
        174 => a >= b ? 1u : 0, // OpUGreaterThanEqual
        175 => (int)a >= (int)b ? 1u : 0, // OpSGreaterThanEqual
        176 => a < b ? 1u : 0, // OpULessThan
        177 => (int)a < (int)b ? 1u : 0, // OpSLessThan
        178 => a <= b ? 1u : 0, // OpULessThanEqual
        179 => (int)a <= (int)b ? 1u : 0, // OpSLessThanEqual
        _ => null,
    };
}
