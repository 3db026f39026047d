namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Reads a kernel's SPIR-V for whatever may give other bits on another device. The lists say what is allowed,
/// so that an instruction that nobody has thought of is a breach.</summary>
internal static class StrictRules
{
    private const uint Decorate = 71, TypeFloat = 22, TypeVector = 23, TypeMatrix = 24, ExtInst = 12, LoopMerge = 246;
    private const uint NoContraction = 42, RelaxedPrecision = 0, FAbs = 4;

    /// <summary>Correctly rounded, if a decoration keeps the driver from contracting them: OpFAdd, OpFSub, OpFMul and
    /// OpVectorTimesScalar.</summary>
    private static readonly HashSet<uint> Rounded = [129, 131, 133, 142];

    /// <summary>What else may give a float: it moves one or makes one of an integer, exactly or correctly rounded.
    /// OpUndef; OpConstant, OpConstantComposite, OpConstantNull; OpFunction, OpFunctionParameter, OpFunctionCall;
    /// OpLoad, OpImageFetch (of texels of 32-bit floats: strict sessions have no others); OpVectorExtractDynamic,
    /// OpVectorShuffle, OpCompositeConstruct, OpCompositeExtract, OpCompositeInsert, OpCopyObject; OpConvertSToF,
    /// OpConvertUToF, OpBitcast, OpFNegate; OpSelect, OpPhi; OpGroupNonUniformShuffle.</summary>
    private static readonly HashSet<uint> Moving =
        [1, 43, 44, 46, 54, 55, 57, 61, 95, 77, 79, 80, 81, 82, 83, 111, 112, 124, 127, 169, 245, 345];

    /// <summary>GLSL's functions of integers: SAbs, SSign, UMin, SMin, UMax, SMax, UClamp, SClamp.</summary>
    private static readonly HashSet<uint> IntegerFunctions = [5, 7, 38, 39, 41, 42, 44, 45];

    /// <summary>One line for each breach; none for a kernel that keeps the rules.</summary>
    public static IReadOnlyList<string> Breaches(uint[] module)
    {
        var floats = new HashSet<uint>();
        var exact = new HashSet<uint>();
        var relaxed = new HashSet<uint>();
        var breaches = new List<string>();
        int length;
        for (int at = 5; at < module.Length; at += length)
        {
            (uint opcode, length) = (module[at] & 0xFFFF, (int)(module[at] >> 16));
            ReadOnlySpan<uint> words = module.AsSpan(at + 1, length - 1);
            if (opcode == Decorate && words[1] == NoContraction)
                exact.Add(words[0]);
            else if (opcode == Decorate && words[1] == RelaxedPrecision)
                relaxed.Add(words[0]);
            else if (opcode == TypeFloat || (opcode == TypeVector && floats.Contains(words[1])))
                floats.Add(words[0]);
            else if (opcode == TypeMatrix)
                breaches.Add("a matrix");
            else if (HasFloatResult(opcode, words, floats) && relaxed.Contains(words[1]))
                breaches.Add($"instruction {opcode} with relaxed precision");
            else if (opcode == LoopMerge && (words[2] & 1) != 0)
                breaches.Add("a loop to unroll: optimisers lose NoContraction in its copies");
            else if (opcode == ExtInst && !(floats.Contains(words[0]) ? words[3] == FAbs : IntegerFunctions.Contains(words[3])))
                breaches.Add($"GLSL's function {words[3]}");
            else if (opcode != ExtInst && HasFloatResult(opcode, words, floats) && !Moving.Contains(opcode))
            {
                if (!Rounded.Contains(opcode))
                    breaches.Add($"instruction {opcode}");
                else if (!exact.Contains(words[1]))
                    breaches.Add($"instruction {opcode} without NoContraction");
            }
        }
        return breaches;
    }

    // Of instructions with a result the first word is its type and the second its id; of the others the first is no
    // type, but for those that name one: names, decorations, and types made of types.
    private static bool HasFloatResult(uint opcode, ReadOnlySpan<uint> words, HashSet<uint> floats) =>
        words.Length >= 2 && opcode is not (5 or 6 or (>= 19 and <= 39) or Decorate or 72) && floats.Contains(words[0]);
}
