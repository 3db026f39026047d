namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>What drivers take for granted of a module's control flow and ids; the validation layer, which does not run
/// with every test, knows all rules.</summary>
internal static class SpirvRules
{
    private const uint Decorate = 71, Phi = 245, LoopMerge = 246, SelectionMerge = 247, Label = 248, Branch = 249;
    private const uint BranchConditional = 250, Switch = 251, FirstType = 19, LastType = 39, Matrix = 4456;

    /// <summary>The instructions of a module, with their first words.</summary>
    public static IEnumerable<uint[]> Instructions(uint[] module)
    {
        for (int at = 5; at < module.Length; at += (int)(module[at] >> 16))
            yield return module[at..(at + (int)(module[at] >> 16))];
    }

    /// <summary>One line for each breach.</summary>
    public static IEnumerable<string> Breaches(uint[] module)
    {
        var types = new HashSet<uint>();
        var defined = new HashSet<uint>();
        var used = new HashSet<uint>();
        var from = new Dictionary<uint, List<uint>>();
        var phis = new List<(uint Block, uint[] Words)>();
        var labels = new HashSet<uint>();
        var breaches = new List<string>();
        uint block = 0, merge = 0;
        foreach (uint[] words in Instructions(module))
        {
            uint operation = words[0] & 0xFFFF;
            if (merge != 0 && operation is not (Branch or BranchConditional or Switch))
                breaches.Add($"no branch behind the merge of block {block}");
            if (merge == SelectionMerge && operation == Branch)
                breaches.Add($"block {block} selects nothing");
            merge = operation is LoopMerge or SelectionMerge ? operation : 0;
            if (operation is (>= FirstType and <= LastType) or Matrix)
            {
                types.Add(words[1]);
                Define(words[1]);
            }
            else if (operation == Label)
            {
                labels.Add(block = words[1]);
                Define(block);
            }
            else if (words.Length > 2 && types.Contains(words[1]))
                Define(words[2]);
            if (operation == Decorate)
                used.Add(words[1]);
            else if (operation is LoopMerge)
                used.UnionWith(words[1..3]);
            else if (operation is SelectionMerge)
                used.Add(words[1]);
            else if (operation == Phi)
            {
                phis.Add((block, words));
                used.UnionWith(words[3..]);
            }
            // OpLoad, OpStore, OpAccessChain; OpCompositeConstruct; conversions, arithmetic and comparisons.
            else if (operation is 61 or 65 or 80 or (>= 109 and <= 205))
                used.UnionWith(operation == 61 ? words[3..4] : words[3..]);
            else if (operation == 62)
                used.UnionWith(words[1..3]);
            foreach (uint target in operation switch
            {
                Branch => words[1..],
                BranchConditional => words[2..4],
                Switch => [.. words[2..].Where((_, index) => index % 2 == 0)],
                _ => [],
            })
            {
                used.Add(target);
                if (!from.TryGetValue(target, out List<uint>? blocks))
                    from.Add(target, blocks = []);
                if (!blocks.Contains(block))
                    blocks.Add(block);
            }
        }
        foreach ((uint at, uint[] words) in phis)
            if (!words[3..].Where((_, index) => index % 2 == 1).Order().SequenceEqual(from[at].Order()))
                breaches.Add($"the phi {words[2]} is not of the blocks before its own");
        breaches.AddRange(used.Except(defined).Select(id => $"{id} is not defined"));
        if (defined.Max() >= module[3])
            breaches.Add($"the id {defined.Max()} is not below the bound {module[3]}");
        return breaches;

        void Define(uint id)
        {
            if (!defined.Add(id))
                breaches.Add($"{id} is defined twice");
        }
    }
}
