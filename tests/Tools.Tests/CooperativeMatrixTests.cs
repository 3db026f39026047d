using System.Runtime.InteropServices;
using SoftPool.ShaderCompiler;

namespace SoftPool.Tools.Tests;

/// <summary>Matrices that a shader declares by NVIDIA's extension are those of the KHR extension in its SPIR-V.</summary>
[TestClass]
public sealed class CooperativeMatrixTests : IDisposable
{
    private const string Shader = """
        #version 450
        #extension GL_KHR_memory_scope_semantics : require
        #extension GL_NV_cooperative_matrix : require
        #extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
        layout(local_size_x = 32) in;
        layout(constant_id = 0) const uint ROWS = 16;
        layout(constant_id = 1) const uint COLUMNS = 16;
        layout(constant_id = 2) const uint DEPTH = 16;
        layout(binding = 0) buffer Values { uint values[]; };
        void main() {
            fcoopmatNV<16, gl_ScopeSubgroup, ROWS, DEPTH> left;
            fcoopmatNV<16, gl_ScopeSubgroup, DEPTH, COLUMNS> right;
            fcoopmatNV<32, gl_ScopeSubgroup, ROWS, COLUMNS> sum = fcoopmatNV<32, gl_ScopeSubgroup, ROWS, COLUMNS>(0.0);
            coopMatLoadNV(left, values, 0, 8, false);
            coopMatLoadNV(right, values, 128, 8, true);
            sum = coopMatMulAddNV(left, right, sum);
            coopMatStoreNV(sum, values, 256, 16, false);
        }

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void They_are_translated_whole()
    {
        List<uint[]> instructions = Instructions(Compile(Shader));

        Assert.Contains(6022u, instructions.Where(words => Operation(words) == 17).Select(words => words[1]));
        Assert.IsEmpty(instructions.Where(words =>
            Operation(words) is >= 5358 and <= 5362 || (Operation(words) == 17 && words[1] == 5357)));
        var numbers = instructions.Where(words => Operation(words) == 43).ToDictionary(words => words[2], words => words[3]);
        // OpTypeCooperativeMatrixKHR ends with what the matrices are: sums, then the operands as they are declared.
        uint[][] types = [.. instructions.Where(words => Operation(words) == 4456)];
        CollectionAssert.AreEquivalent(new uint[] { 0, 1, 2 }, types.Select(words => numbers[words[6]]).ToArray());
        // OpCooperativeMatrixLoadKHR: pointer, layout, stride; rows of the left operand, columns of the right one.
        uint[][] loads = [.. instructions.Where(words => Operation(words) == 4457)];
        CollectionAssert.AreEqual(new uint[] { 0, 1 }, loads.Select(words => numbers[words[4]]).ToArray());
        CollectionAssert.AreEqual(new uint[] { 8, 8 }, loads.Select(words => numbers[words[5]]).ToArray());
        Assert.AreEqual(
            numbers[types.Single(words => words[1] == loads[0][1])[6]], numbers[loads[0][4]],
            "the first load is of the left operand");
        uint[] product = instructions.Single(words => Operation(words) == 4459);
        Assert.HasCount(6, product);
        // OpCooperativeMatrixStoreKHR: pointer, matrix, layout, stride.
        uint[] store = instructions.Single(words => Operation(words) == 4458);
        Assert.AreEqual((0u, 16u), (numbers[store[3]], numbers[store[4]]));
        // Every id is below the bound.
        Assert.IsLessThan(MemoryMarshal.Cast<byte, uint>(Compile(Shader))[3], numbers.Keys.Max());
    }

    [TestMethod]
    public void A_type_of_two_uses_is_refused()
    {
        string shader = Shader.Replace("DEPTH> left", "COLUMNS> left", StringComparison.Ordinal)
            .Replace("<16, gl_ScopeSubgroup, DEPTH, COLUMNS> right", "<16, gl_ScopeSubgroup, ROWS, COLUMNS> right",
                StringComparison.Ordinal);

        Assert.Contains("operands of one side", Assert.ThrowsExactly<ShaderException>(() => Compile(shader)).Message);
    }

    private byte[] Compile(string shader)
    {
        using var compiler = new GlslCompiler(_folder["include"]);
        return compiler.Compile(_folder.Write("matrices.comp", shader), shader);
    }

    private static List<uint[]> Instructions(byte[] spirv)
    {
        const int HeaderWords = 5;
        uint[] words = MemoryMarshal.Cast<byte, uint>(spirv).ToArray();
        var instructions = new List<uint[]>();
        for (int at = HeaderWords; at < words.Length; at += (int)(words[at] >> 16))
            instructions.Add(words[at..(at + (int)(words[at] >> 16))]);
        return instructions;
    }

    private static uint Operation(uint[] words) => words[0] & 0xFFFF;
}
