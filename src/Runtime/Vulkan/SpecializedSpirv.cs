namespace SoftPool.Vulkan;

/// <summary>A kernel's SPIR-V with the values of its specialization constants, and without the branches that these values
/// rule out. Drivers' compilers do that themselves, but for SwiftShader's: it runs every branch of a kernel and masks the
/// results.</summary>
/// <remarks>What is folded are 32-bit integers and truth values. A folded instruction becomes a constant of the same id,
/// so that those that use it stay as they are. Of branches only structured selections between two are folded; loops keep
/// their shape, and are not to be unrolled.</remarks>
internal sealed class SpecializedSpirv
{
    // Of the SPIR-V specification, section 3.
    private const int HeaderWords = 5, BoundWord = 3;
    private const uint OpUndef = 1, OpName = 5, OpTypeVoid = 19, OpTypeBool = 20, OpTypeInt = 21, OpTypeFunction = 33;
    private const uint OpConstantTrue = 41, OpConstantFalse = 42, OpConstant = 43, OpConstantComposite = 44;
    private const uint OpSpecConstantTrue = 48, OpSpecConstantFalse = 49, OpSpecConstant = 50;
    private const uint OpSpecConstantComposite = 51, OpSpecConstantOp = 52;
    private const uint OpFunction = 54, OpFunctionEnd = 56, OpDecorate = 71, OpPhi = 245, OpLoopMerge = 246;
    private const uint OpSelectionMerge = 247, OpLabel = 248, OpBranch = 249, OpBranchConditional = 250, OpSwitch = 251;
    private const uint OpUnreachable = 255, OpTypeCooperativeMatrix = 4456, DecorationSpecId = 1;
    private const uint LoopControlDontUnroll = 2;

    private readonly uint[] _code;
    private readonly int _functions;
    private readonly HashSet<uint> _types = [], _booleans = [], _integers = [];

    /// <summary>What is known of specialization constants, other constants and folded instructions, by their ids.</summary>
    private readonly Dictionary<uint, uint> _given = [], _known = [];

    private readonly List<Block> _blocks = [];
    private readonly Dictionary<uint, Block> _blockOf = [];

    /// <param name="Label">The id of its OpLabel.</param>
    /// <param name="IsEntry">Whether a function begins with it.</param>
    /// <param name="First">Where its OpLabel stands in the code.</param>
    private sealed record Block(uint Label, bool IsEntry, int First)
    {
        /// <summary>Where its last instruction stands, a branch or an end.</summary>
        public int Last { get; set; }

        /// <summary>Where its OpSelectionMerge or OpLoopMerge stands; 0 if it has none.</summary>
        public int Merge { get; set; }

        public bool IsReached { get; set; }

        /// <summary>The blocks that branch to it, of those that are reached.</summary>
        public HashSet<uint> From { get; } = [];
    }

    private SpecializedSpirv(uint[] code, uint[] values)
    {
        _code = code;
        _functions = ReadGlobals(values);
        ReadBlocks();
    }

    /// <summary>A module with the values of its constants.</summary>
    /// <param name="code">The module.</param>
    /// <param name="values">The values of the constants 0, 1, 2 and so on.</param>
    public static uint[] Of(uint[] code, uint[] values)
    {
        var module = new SpecializedSpirv(code, values);
        // With a branch gone, a phi may have one value left.
        do
            module.Reach();
        while (module.Fold());
        return module.Write();
    }

    private int ReadGlobals(uint[] values)
    {
        int at = HeaderWords;
        for (; at < _code.Length && Operation(at) != OpFunction; at += Length(at))
            switch (Operation(at))
            {
                case OpDecorate when _code[at + 2] == DecorationSpecId && _code[at + 3] < values.Length:
                    _given.Add(_code[at + 1], values[_code[at + 3]]);
                    break;
                case (>= OpTypeVoid and <= OpTypeFunction) or OpTypeCooperativeMatrix:
                    _types.Add(_code[at + 1]);
                    if (Operation(at) == OpTypeBool)
                        _booleans.Add(_code[at + 1]);
                    if (Operation(at) == OpTypeInt && _code[at + 2] == 32)
                        _integers.Add(_code[at + 1]);
                    break;
                case OpConstantTrue or OpConstantFalse:
                    _known.Add(_code[at + 2], Operation(at) == OpConstantTrue ? 1u : 0);
                    break;
                case OpSpecConstantTrue or OpSpecConstantFalse:
                    uint truth = Operation(at) == OpSpecConstantTrue ? 1u : 0;
                    _known.Add(_code[at + 2], Math.Min(1, _given.GetValueOrDefault(_code[at + 2], truth)));
                    break;
                case OpConstant or OpSpecConstant when _integers.Contains(_code[at + 1]):
                    _known.Add(_code[at + 2], _given.GetValueOrDefault(_code[at + 2], _code[at + 3]));
                    break;
                case OpSpecConstantOp when IsFoldable(at) && Value(at, 1) is { } value:
                    _known.Add(_code[at + 2], value);
                    break;
            }
        return at;
    }

    private void ReadBlocks()
    {
        Block? block = null;
        for (int at = _functions; at < _code.Length; at += Length(at))
            switch (Operation(at))
            {
                case OpLabel:
                    block = new Block(_code[at + 1], IsEntry: block is null, at);
                    _blocks.Add(block);
                    _blockOf.Add(block.Label, block);
                    break;
                case OpFunctionEnd:
                    block = null;
                    break;
                default:
                    if (block is null)
                        break;
                    block.Last = at;
                    if (Operation(at) is OpSelectionMerge or OpLoopMerge)
                        block.Merge = at;
                    break;
            }
    }

    /// <summary>Finds which blocks are reached, each from which.</summary>
    private void Reach()
    {
        foreach (Block block in _blocks)
        {
            block.IsReached = false;
            block.From.Clear();
        }
        var next = new Stack<Block>(_blocks.Where(block => block.IsEntry));
        while (next.TryPop(out Block? block))
        {
            if (block.IsReached)
                continue;
            block.IsReached = true;
            foreach (Block target in Targets(block))
            {
                target.From.Add(block.Label);
                next.Push(target);
            }
        }
    }

    private IEnumerable<Block> Targets(Block block)
    {
        int last = block.Last;
        if (Taken(block) is { } taken)
            yield return _blockOf[taken];
        else if (Operation(last) == OpBranch)
            yield return _blockOf[_code[last + 1]];
        else if (Operation(last) == OpBranchConditional)
        {
            yield return _blockOf[_code[last + 2]];
            yield return _blockOf[_code[last + 3]];
        }
        else if (Operation(last) == OpSwitch)
            // Behind the default stand pairs of a number and a label.
            for (int at = last + 2; at < last + Length(last); at += 2)
                yield return _blockOf[_code[at]];
    }

    /// <summary>The label of the branch that a selection takes whatever happens; null if that depends.</summary>
    private uint? Taken(Block block) =>
        Operation(block.Last) == OpBranchConditional && block.Merge != 0 && Operation(block.Merge) == OpSelectionMerge
            && _known.TryGetValue(_code[block.Last + 1], out uint condition)
            ? _code[block.Last + (condition != 0 ? 2 : 3)]
            : null;

    /// <summary>Folds what has become known; whether anything has.</summary>
    private bool Fold()
    {
        int before = _known.Count;
        foreach (Block block in _blocks.Where(block => block.IsReached))
            for (int at = block.First; at <= block.Last; at += Length(at))
                if (IsFoldable(at) && !_known.ContainsKey(_code[at + 2]))
                {
                    uint? value = Operation(at) == OpPhi ? ValueOfPhi(at, block) : Value(at, 0);
                    if (value is not null)
                        _known.Add(_code[at + 2], value.Value);
                }
        return _known.Count > before;
    }

    /// <summary>What an instruction with a result gives.</summary>
    /// <param name="at">Where it stands.</param>
    /// <param name="skipped">1 if the operation's number is the first operand, else 0.</param>
    private uint? Value(int at, int skipped)
    {
        ReadOnlySpan<uint> operands = _code.AsSpan(at + 3, Length(at) - 3);
        return ConstantFolding.Of(skipped == 0 ? Operation(at) : operands[0], operands[skipped..], _known);
    }

    private uint? ValueOfPhi(int at, Block block)
    {
        uint? common = null;
        for (int pair = at + 3; pair < at + Length(at); pair += 2)
        {
            if (!block.From.Contains(_code[pair + 1]))
                continue;
            if (!_known.TryGetValue(_code[pair], out uint value) || (common ?? value) != value)
                return null;
            common = value;
        }
        return common;
    }

    private uint[] Write()
    {
        uint bound = _code[BoundWord];
        List<uint> constants = [], body = [];
        var removed = new HashSet<uint>();
        // Loops and selections name blocks that have to be there, reached or not.
        var merges = new HashSet<uint>();
        var headerOf = new Dictionary<uint, Block>();
        foreach (Block block in _blocks.Where(block => block.IsReached && block.Merge != 0 && Taken(block) is null))
        {
            merges.Add(_code[block.Merge + 1]);
            if (Operation(block.Merge) == OpLoopMerge)
                headerOf.Add(_code[block.Merge + 2], block);
        }

        Block? here = null;
        for (int at = _functions; at < _code.Length; at += Length(at))
        {
            here = Operation(at) switch
            {
                OpLabel => _blockOf[_code[at + 1]],
                OpFunctionEnd => null,
                _ => here,
            };
            if (here is null)
                Copy(body, at);
            else if (!here.IsReached)
            {
                if (Operation(at) == OpLabel)
                    WriteStub(here.Label);
                else if (_types.Contains(_code[at + 1]))
                    removed.Add(_code[at + 2]);
            }
            else if (IsFoldable(at) && _known.TryGetValue(_code[at + 2], out uint value))
                AddConstant(constants, at, value);
            else if (Operation(at) == OpPhi)
                WritePhi(at, here);
            else if (Operation(at) == OpLoopMerge)
                // Its numbers known, SwiftShader would unroll each loop that asks for it, and those within it.
                body.AddRange([4 << 16 | OpLoopMerge, _code[at + 1], _code[at + 2], LoopControlDontUnroll]);
            else if (Taken(here) is not { } taken)
                Copy(body, at);
            else if (at == here.Last)
                body.AddRange([2 << 16 | OpBranch, taken]);
            else if (at != here.Merge)
                Copy(body, at);
        }

        List<uint> module = [.. _code[..HeaderWords]];
        for (int at = HeaderWords; at < _functions; at += Length(at))
            if (Operation(at) is OpName or OpDecorate && (removed.Contains(_code[at + 1]) || IsSpecId(at)))
                continue;
            else if (Operation(at) is >= OpSpecConstantTrue and <= OpSpecConstantOp)
                WriteSpecialized(module, at);
            else
                Copy(module, at);
        module[BoundWord] = bound;
        return [.. module, .. constants, .. body];

        // A block that is only named: the end of a loop that nothing leaves, or what a loop that does not repeat would
        // do between two rounds.
        void WriteStub(uint label)
        {
            if (headerOf.TryGetValue(label, out Block? header))
                body.AddRange([2 << 16 | OpLabel, label, 2 << 16 | OpBranch, header.Label]);
            else if (merges.Contains(label))
                body.AddRange([2 << 16 | OpLabel, label, 1 << 16 | OpUnreachable]);
        }

        void WritePhi(int at, Block block)
        {
            int start = body.Count;
            body.AddRange([0, _code[at + 1], _code[at + 2]]);
            for (int pair = at + 3; pair < at + Length(at); pair += 2)
                if (block.From.Contains(_code[pair + 1]))
                    body.AddRange([_code[pair], _code[pair + 1]]);
            if (block.Merge != 0 && Operation(block.Merge) == OpLoopMerge
                && _code[block.Merge + 2] is var next && !_blockOf[next].IsReached)
            {
                constants.AddRange([3 << 16 | OpUndef, _code[at + 1], bound]);
                body.AddRange([bound++, next]);
            }
            body[start] = (uint)(body.Count - start) << 16 | OpPhi;
        }
    }

    /// <summary>Whether it is the number of a constant whose value is written in. Others keep theirs: the driver gets
    /// all values.</summary>
    private bool IsSpecId(int at) =>
        Operation(at) == OpDecorate && _code[at + 2] == DecorationSpecId && _known.ContainsKey(_code[at + 1]);

    private void WriteSpecialized(List<uint> module, int at)
    {
        if (_known.TryGetValue(_code[at + 2], out uint value))
            AddConstant(module, at, value);
        else
        {
            Copy(module, at);
            if (Operation(at) == OpSpecConstantComposite && AreKnown(_code.AsSpan(at + 3, Length(at) - 3)))
                module[^Length(at)] = (uint)Length(at) << 16 | OpConstantComposite;
        }
    }

    private bool AreKnown(ReadOnlySpan<uint> ids)
    {
        foreach (uint id in ids)
            if (!_known.ContainsKey(id))
                return false;
        return true;
    }

    /// <summary>A constant of the type and the id of an instruction.</summary>
    private void AddConstant(List<uint> list, int at, uint value) =>
        list.AddRange(_booleans.Contains(_code[at + 1])
            ? [3 << 16 | (value != 0 ? OpConstantTrue : OpConstantFalse), _code[at + 1], _code[at + 2]]
            : [4 << 16 | OpConstant, _code[at + 1], _code[at + 2], value]);

    private void Copy(List<uint> list, int at) => list.AddRange(_code.AsSpan(at, Length(at)));

    /// <summary>Whether an instruction gives a truth value or a 32-bit integer.</summary>
    private bool IsFoldable(int at) =>
        Length(at) > 2 && (_booleans.Contains(_code[at + 1]) || _integers.Contains(_code[at + 1]));

    private uint Operation(int at) => _code[at] & 0xFFFF;

    private int Length(int at) => (int)(_code[at] >> 16);
}
