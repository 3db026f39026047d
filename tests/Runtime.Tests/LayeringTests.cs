using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace SoftPool.Runtime.Tests;

/// <summary>The folders of the runtime are its architecture: each uses only those that are below it.</summary>
[TestClass]
public sealed class LayeringTests
{
    /// <summary>Each room, and the rooms that it may use. Whatever one says of itself it says of the rooms within
    /// it.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Reference"] = [],
        ["Files"] = [],
        ["Onnx"] = ["Models", "Operators", "Files", "Reference"],
        ["Kernels"] = ["Reference"],
        ["Operators"] = ["Kernels", "Reference"],
        ["Graph"] = ["Operators", "Kernels", "Reference"],
        ["Vulkan"] = ["Kernels", "Files"],
        ["Execution"] = ["Vulkan", "Graph", "Operators", "Kernels", "Reference"],
        ["Verification"] = ["Execution", "Vulkan", "Graph", "Operators", "Kernels", "Files", "Reference"],
        ["Models"] = ["Verification", "Operators", "Files"],
    };

    /// <summary>What users see of running: nothing below Verification knows it.</summary>
    private static readonly string[] Front = ["InferenceSession", "Stepper", "Recorder", "Profiler", "GpuDevice"];

    [TestMethod]
    public void Rooms_use_only_rooms_below_them()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(Model).Assembly.Location);
        var offences = new SortedSet<string>(StringComparer.Ordinal);
        var rooms = new HashSet<string>();
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            if (RoomOf(type) is not { Length: > 0 } room)
                continue;
            rooms.Add(room);
            foreach (TypeReference used in UsedBy(type))
            {
                TypeReference outer = OutermostOf(used);
                string target = RoomOf(outer);
                if (target.Length == 0
                    ? Front.Contains(outer.Name) && outer.Namespace == "SoftPool" && room is not "Verification"
                    : target != room && !MayUse.GetValueOrDefault(room, []).Contains(target))
                    offences.Add(
                        $"{room} uses {(target.Length == 0 ? "the front" : target)}: "
                        + $"{type.FullName} uses {outer.FullName}");
            }
        }
        Assert.IsEmpty(offences, string.Join('\n', offences));
        CollectionAssert.AreEquivalent(MayUse.Keys, rooms.ToArray(), "A room is missing in the table, or is no more.");
    }

    [TestMethod]
    public void The_table_is_that_of_the_documentation()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "architecture.md"));
        var documented = new Dictionary<string, string[]>();
        foreach (Match row in Regex.Matches(page, @"^\| `(\w+)` \|[^|]*\| ?([\w, ]*)\|$", RegexOptions.Multiline))
            documented.Add(
                row.Groups[1].Value, row.Groups[2].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries));
        CollectionAssert.AreEquivalent(MayUse.Keys, documented.Keys);
        foreach ((string room, string[] others) in documented)
            CollectionAssert.AreEquivalent(MayUse[room], others, room);
    }

    [TestMethod]
    public void The_table_has_no_cycle()
    {
        var done = new HashSet<string>();
        while (MayUse.Keys.FirstOrDefault(room => !done.Contains(room) && MayUse[room].All(done.Contains)) is { } next)
            done.Add(next);
        Assert.HasCount(MayUse.Count, done);
    }

    [TestMethod]
    public void Unsafe_code_and_Silk_s_types_are_in_the_room_Vulkan_alone()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(Model).Assembly.Location);
        string[] offences =
        [
            .. from type in assembly.MainModule.GetTypes()
               where type.Namespace.StartsWith("SoftPool", StringComparison.Ordinal) && RoomOf(type) != "Vulkan"
               from used in UsedBy(type)
               where used.IsPointer || (used.Namespace.StartsWith("Silk.NET", StringComparison.Ordinal)
                   && used.Name != "Result"
                   && !AllowedOfSilk.Contains(used.Name))
               select $"{type.FullName} uses {used.FullName}",
        ];
        Assert.IsEmpty(offences, string.Join('\n', offences.Distinct()));
    }

    // Plain values, not handles: limits of a device, and the parts of BufferRange, which rooms above pass on.
    private static readonly string[] AllowedOfSilk = ["PhysicalDeviceLimits"];

    private static string RoomOf(TypeReference type)
    {
        string space = OutermostOf(type is PointerType ? type.GetElementType() : type).Namespace;
        return space.StartsWith("SoftPool.", StringComparison.Ordinal) ? space.Split('.')[1] : "";
    }

    private static TypeReference OutermostOf(TypeReference type) =>
        type.DeclaringType is { } outer ? OutermostOf(outer) : type;

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        IEnumerable<TypeReference?> used =
        [
            type.BaseType, .. type.Interfaces.Select(item => item.InterfaceType),
            .. type.Fields.Select(field => field.FieldType),
            .. type.Methods.SelectMany(UsedBy),
        ];
        return used.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> UsedBy(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (Instruction instruction in method.Body.Instructions)
            switch (instruction.Operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    break;
            }
    }

    /// <summary>The types that a constructed one is made of. A pointer is one too, for who looks for
    /// pointers.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        PointerType pointer => Parts(pointer.ElementType).Append(pointer),
        TypeSpecification constructed => constructed.ElementType is { } element ? Parts(element) : [],
        _ => [type],
    };
}
