namespace SoftPool.Benchmarks;

/// <summary>The instructions of a kernel's main loop: of all innermost loops the one with most multiply-adds, or with
/// most arithmetic where none has any.</summary>
/// <param name="Vector">Vector arithmetic; all instructions, where the driver's assembly does not tell which they
/// are.</param>
/// <param name="MultiplyAdd">Those of them that multiply and add.</param>
/// <param name="Load">Loads from memory; shared memory is none.</param>
/// <param name="All">All instructions, those that are repeated as often as they are.</param>
/// <param name="Products">The multiply-adds of one invocation that they do: some instructions do two.</param>
internal sealed record MainLoop(int Vector, int MultiplyAdd, int Load, int All, int Products)
{
    /// <summary>All instructions of the next loop around it, without its own; 0 where there is none.</summary>
    public int Around { get; init; }

    /// <summary>The share of vector instructions that multiply and add: what is left is the loop's overhead.</summary>
    public double MultiplyAddShare => (double)MultiplyAdd / Vector;

    /// <summary>Finds it: a loop that holds no other.</summary>
    public static MainLoop? Find(MachineCode code)
    {
        IReadOnlyList<IReadOnlySet<int>> loops = code.Loops;
        return loops
            .Where(loop => !loops.Any(inner => inner.IsProperSubsetOf(loop)))
            .Select(loop => code.Count(loop) with { Around = AroundOf(loop) }).Where(loop => loop.Vector > 0)
            .OrderByDescending(loop => loop.MultiplyAdd).ThenByDescending(loop => loop.Vector).FirstOrDefault();

        int AroundOf(IReadOnlySet<int> loop) =>
            loops.Where(outer => outer.IsProperSupersetOf(loop)).MinBy(outer => outer.Count) is { } next
                ? code.Count(next).All - code.Count(loop).All
                : 0;
    }
}
