using System.Runtime.InteropServices;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Kernels with a fault patched into their SPIR-V, where they store to a binding.</summary>
internal static class BrokenKernel
{
    private const int Header = 5, BoundAt = 3;
    private const uint Decorate = 71, AccessChain = 65, Load = 61, Store = 62, FAdd = 129, FSub = 131, Binding = 33, MemoryModel = 14, ExtInstImport = 11, ExtInst = 12,
        NMin = 79;

    /// <summary>The id of GLSL's functions, beyond those of any kernel.</summary>
    private const uint Import = 1 << 16;

    /// <summary>Stores twice the value.</summary>
    public static uint[] Doubling(string kernel, uint binding) => AtStores(
        EmbeddedShaders.Load(kernel), binding,
        (type, pointer, value, id) => [[FAdd, type, id, value, value]]);

    /// <summary>Takes away what is in memory where it is a number and smaller, else the value itself: what it gives
    /// depends on what was computed before, and changes from run to run.</summary>
    public static uint[] ReadingStaleMemory(string kernel, uint binding) => AtStores(
        EmbeddedShaders.Load(kernel), binding,
        (type, pointer, value, id) =>
        [
            [Load, type, id + 1, pointer], [ExtInst, type, id + 2, Import, NMin, id + 1, value], [FSub, type, id, value, id + 2],
        ]);

    /// <summary>Puts instructions ahead of each store to a binding; what is stored is the one with the new
    /// id.</summary>
    private static uint[] AtStores(uint[] module, uint binding, Func<uint, uint, uint, uint, uint[][]> instructions)
    {
        List<uint> patched = [.. module[..Header]];
        patched[BoundAt] = Import + 1;
        var variables = new HashSet<uint>();
        var pointers = new HashSet<uint>();
        var types = new Dictionary<uint, uint>();
        int length, stores = 0;
        for (int at = Header; at < module.Length; at += length)
        {
            (uint opcode, length) = (module[at] & 0xFFFF, (int)(module[at] >> 16));
            uint[] words = module[(at + 1)..(at + length)];
            if (opcode == Decorate && words is [_, Binding, var number] && number == binding)
                variables.Add(words[0]);
            if (opcode == MemoryModel)
                patched.AddRange([6 << 16 | ExtInstImport, Import, .. MemoryMarshal.Cast<byte, uint>("GLSL.std.450\0\0\0\0"u8)]);
            if (opcode == AccessChain && variables.Contains(words[2]))
                pointers.Add(words[1]);
            // Constants and what functions compute: a type, then a result.
            if (words.Length >= 2 && opcode is ExtInst or (>= 41 and <= 52) or (>= 54 and < 71 and not Store) or (> 72 and < 246))
                types.TryAdd(words[1], words[0]);
            if (opcode == Store && pointers.Contains(words[0]))
            {
                stores++;
                uint id = patched[BoundAt];
                patched[BoundAt] += 3;
                foreach (uint[] instruction in instructions(types[words[1]], words[0], words[1], id))
                    patched.AddRange([(uint)instruction.Length << 16 | instruction[0], .. instruction[1..]]);
                patched.AddRange([module[at], words[0], id]);
            }
            else
                patched.AddRange(module[at..(at + length)]);
        }
        Assert.IsGreaterThan(0, stores, $"Nothing is stored to binding {binding}.");
        return [.. patched];
    }
}
