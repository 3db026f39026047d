using System.Text.RegularExpressions;

namespace SoftPool.Benchmarks;

/// <summary>The instructions of a kernel's main loop in AMD's assembly: of all innermost loops the one with most vector
/// instructions.</summary>
/// <param name="Vector">Vector arithmetic, that is all that begin with v_.</param>
/// <param name="MultiplyAdd">Those of them that multiply and add.</param>
/// <param name="Load">Loads from memory: buffer_load, global_load, s_buffer_load, s_load.</param>
/// <param name="All">All instructions.</param>
internal sealed partial record MainLoop(int Vector, int MultiplyAdd, int Load, int All)
{
    /// <summary>The share of vector instructions that multiply and add: what is left is the loop's overhead.</summary>
    public double MultiplyAddShare => (double)MultiplyAdd / Vector;

    /// <summary>Finds it: a branch back to a block with no other such branch between the two.</summary>
    public static MainLoop? Find(string assembly)
    {
        var instructions = new List<string>();
        var blocks = new Dictionary<string, int>();
        foreach (string line in assembly.Split('\n'))
            if (Block().Match(line) is { Success: true } block)
                blocks[block.Groups[1].Value] = instructions.Count;
            else if (Instruction().Match(line) is { Success: true } instruction)
                instructions.Add(instruction.Value.Trim());

        var loops = new List<(int First, int Last)>();
        for (int i = 0; i < instructions.Count; i++)
            if (Branch().Match(instructions[i]) is { Success: true } branch
                && blocks.TryGetValue(branch.Groups[1].Value, out int target) && target <= i)
                loops.Add((target, i));
        return loops
            .Where(loop => !loops.Any(inner => inner != loop && inner.First >= loop.First && inner.Last <= loop.Last))
            .Select(loop => Count(instructions[loop.First..(loop.Last + 1)])).Where(loop => loop.Vector > 0)
            .MaxBy(loop => loop.Vector);
    }

    private static MainLoop Count(List<string> instructions) => new(
        instructions.Count(line => line.StartsWith("v_", StringComparison.Ordinal)),
        instructions.Count(line => MultiplyAdds().IsMatch(line)), instructions.Count(line => Loads().IsMatch(line)),
        instructions.Count);

    [GeneratedRegex(@"^(BB\d+):")]
    private static partial Regex Block();

    [GeneratedRegex(@"^\s+[a-z][a-z0-9_]+.*")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"^s_c?branch\w*\s+(BB\d+)")]
    private static partial Regex Branch();

    [GeneratedRegex(@"^v_(dual_)?(pk_)?(fma|mad|mac)[a-z]*_")]
    private static partial Regex MultiplyAdds();

    [GeneratedRegex(@"^(s_buffer_load|s_load|buffer_load|global_load|flat_load)")]
    private static partial Regex Loads();
}
