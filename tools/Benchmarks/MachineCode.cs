using System.Text.RegularExpressions;

namespace SoftPool.Benchmarks;

/// <summary>A kernel's assembly as a driver of Mesa's writes it, as far as it is counted here. Honeykrisp (Apple) shows
/// none.</summary>
internal sealed partial class MachineCode
{
    private readonly Dialect _dialect;
    private readonly List<string> _instructions = [];
    private readonly List<IReadOnlySet<int>> _loops = [];

    private MachineCode(Dialect dialect, string text)
    {
        _dialect = dialect;
        var blocks = new List<Block>();
        foreach (string line in text.Split('\n'))
            if (dialect.Label.Match(line) is { Success: true } label)
                blocks.Add(new Block(
                    label.Groups["label"].Value, _instructions.Count,
                    [.. Numbers().Matches(label.Groups["before"].Value).Select(match => int.Parse(match.ValueSpan))]));
            else if (dialect.Instruction.IsMatch(line))
            {
                _instructions.Add(line);
                if (dialect.Branch.Match(line) is { Success: true } branch
                    && blocks.FindIndex(block => block.Label == branch.Groups[1].Value) is >= 0 and int target)
                    blocks[^1].BackTo.Add((target, _instructions.Count - 1));
            }
            // Intel's messages have a second line that says what they are.
            else if (_instructions.Count > 0)
                _instructions[^1] += line;
        for (int from = 0; from < blocks.Count; from++)
            foreach ((int target, int branch) in blocks[from].BackTo)
                _loops.Add(blocks[target].Before.Length == 0
                    ? Range(blocks[target].First, branch + 1).ToHashSet()
                    : Body(blocks, target, from));
    }

    /// <summary>The instructions of each loop, those of the loops in it among them.</summary>
    public IReadOnlyList<IReadOnlySet<int>> Loops => _loops;

    /// <summary>Instructions that multiply and add with one rounding. Turnip's mad is none: it makes it of products
    /// and sums that are not to be contracted, too.</summary>
    public int Fused => _instructions.Sum(line => _dialect.Fused?.Count(line) ?? 0);

    /// <summary>The code among a driver's texts; null where it shows none.</summary>
    public static MachineCode? Of(IReadOnlyDictionary<string, string> texts)
    {
        foreach (Dialect dialect in Dialects)
            if (texts.TryGetValue(dialect.Text, out string? text))
                return new MachineCode(dialect, text);
        return null;
    }

    /// <summary>Counts instructions.</summary>
    public MainLoop Count(IReadOnlySet<int> instructions)
    {
        List<string> lines = [.. instructions.Order().Select(instruction => _instructions[instruction])];
        return new(
            Slots(_dialect.Vector), Slots(_dialect.MultiplyAdd), lines.Count(line => _dialect.Load.IsMatch(line)),
            lines.Sum(SlotsOf),
            lines.Sum(line => _dialect.MultiplyAdd.Count(line) * SlotsOf(line) * (Packed().IsMatch(line) ? 2 : 1)));

        int Slots(Regex kind) => lines.Where(line => kind.IsMatch(line)).Sum(SlotsOf);
    }

    // NVK does not write a loop's blocks one behind the other, but says of each which come before it.
    private HashSet<int> Body(List<Block> blocks, int head, int last)
    {
        var body = new HashSet<int> { head };
        var open = new Stack<int>([last]);
        while (open.TryPop(out int block))
            if (body.Add(block))
                foreach (int before in blocks[block].Before)
                    open.Push(before);
        return [.. body.SelectMany(block =>
            Range(blocks[block].First, block + 1 < blocks.Count ? blocks[block + 1].First : _instructions.Count))];
    }

    private static IEnumerable<int> Range(int first, int end) => Enumerable.Range(first, end - first);

    // Turnip's instructions say how often they are repeated and how many cycles of nothing follow.
    private static int SlotsOf(string line) =>
        1 + Repeats().Matches(line).Sum(match => int.Parse(match.Groups[1].ValueSpan));

    /// <summary>Instructions behind a label.</summary>
    /// <param name="Label">The label.</param>
    /// <param name="First">The first of them.</param>
    /// <param name="Before">The blocks from which one comes to it, where the driver tells.</param>
    private sealed record Block(string Label, int First, int[] Before)
    {
        /// <summary>Its branches to blocks before it, and to itself.</summary>
        public List<(int Target, int Branch)> BackTo { get; } = [];
    }

    /// <summary>How one driver writes its code.</summary>
    /// <param name="Text">Its name for it.</param>
    /// <param name="Label">A line that begins a block; the group "label" is the label, "before" the blocks before
    /// it.</param>
    /// <param name="Instruction">A line that is an instruction.</param>
    /// <param name="Branch">One that goes to a label, the group.</param>
    /// <param name="Vector">Vector arithmetic.</param>
    /// <param name="MultiplyAdd">A multiply-add, for each that the line has.</param>
    /// <param name="Fused">One with a single rounding; null where the driver has none.</param>
    /// <param name="Load">A load from memory.</param>
    private sealed record Dialect(
        string Text, Regex Label, Regex Instruction, Regex Branch, Regex Vector, Regex MultiplyAdd, Regex? Fused,
        Regex Load);

    private static readonly Dialect[] Dialects =
    [
        new("Assembly", RadvLabel(), RadvInstruction(), RadvBranch(), RadvVector(), RadvMultiplyAdd(), RadvFused(),
            RadvLoad()),
        new("NAK assembly", NvkLabel(), NvkInstruction(), NvkBranch(), Any(), NvkMultiplyAdd(), NvkMultiplyAdd(),
            NvkLoad()),
        new("IR3 Assembly", TurnipLabel(), TurnipInstruction(), TurnipBranch(), Any(), TurnipMultiplyAdd(), null,
            TurnipLoad()),
        new("GEN Assembly", AnvLabel(), AnvInstruction(), AnvBranch(), Any(), AnvMultiplyAdd(), AnvMultiplyAdd(),
            AnvLoad()),
    ];

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();

    [GeneratedRegex("")]
    private static partial Regex Any();

    [GeneratedRegex(@"\b(v_pk_fma|hfma2)")]
    private static partial Regex Packed();

    [GeneratedRegex(@"\((?:rpt|nop)(\d+)\)")]
    private static partial Regex Repeats();

    [GeneratedRegex(@"^(?<label>BB\d+):")]
    private static partial Regex RadvLabel();

    [GeneratedRegex(@"^\s+[a-z][a-z0-9_]+")]
    private static partial Regex RadvInstruction();

    [GeneratedRegex(@"^\s+s_c?branch\w*\s+(BB\d+)")]
    private static partial Regex RadvBranch();

    [GeneratedRegex(@"^\s+v_")]
    private static partial Regex RadvVector();

    [GeneratedRegex(@"\bv_(dual_)?(pk_)?(fma|mad|mac)[a-z]*_(mix\w*_)?f")]
    private static partial Regex RadvMultiplyAdd();

    [GeneratedRegex(@"\bv_(dual_)?(pk_)?fma[a-z]*_(mix\w*_)?f")]
    private static partial Regex RadvFused();

    [GeneratedRegex(@"^\s+(s_buffer_load|s_load|buffer_load|global_load|flat_load)")]
    private static partial Regex RadvLoad();

    [GeneratedRegex(@"^block\S* \d+ (?<label>L\d+) \[(?<before>[\d, ]*)\]")]
    private static partial Regex NvkLabel();

    [GeneratedRegex(@"^(@|\s+[a-z])")]
    private static partial Regex NvkInstruction();

    [GeneratedRegex(@"\bbra .*\b(L\d+)\b")]
    private static partial Regex NvkBranch();

    [GeneratedRegex(@"\b(ffma|hfma2)\b")]
    private static partial Regex NvkMultiplyAdd();

    [GeneratedRegex(@"\bld\.global\b")]
    private static partial Regex NvkLoad();

    [GeneratedRegex(@"^(?<label>l\d+):")]
    private static partial Regex TurnipLabel();

    [GeneratedRegex(@"^(\(\w+\))*\s*[a-z][a-z0-9_.]+")]
    private static partial Regex TurnipInstruction();

    [GeneratedRegex(@"\b(?:br|jump)\b.*#(l\d+)")]
    private static partial Regex TurnipBranch();

    [GeneratedRegex(@"\bmad\.f")]
    private static partial Regex TurnipMultiplyAdd();

    [GeneratedRegex(@"\b(isam|ldib|ldg|ldc)\b")]
    private static partial Regex TurnipLoad();

    [GeneratedRegex(@"^(?<label>LABEL\d+):")]
    private static partial Regex AnvLabel();

    [GeneratedRegex(@"^(\([^)]*\) )?[a-z]")]
    private static partial Regex AnvInstruction();

    [GeneratedRegex(@"^(?:\([^)]*\) )?while\(.*(LABEL\d+)")]
    private static partial Regex AnvBranch();

    [GeneratedRegex(@"^(\([^)]*\) )?mad(\.\w+)*\(\d+\)\s+\S+>H?F")]
    private static partial Regex AnvMultiplyAdd();

    [GeneratedRegex(@"(hdc\d MsgDesc: \(.*read, Surface = (?!254)|ugm MsgDesc: \( ?load)")]
    private static partial Regex AnvLoad();
}
