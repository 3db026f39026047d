using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;

namespace SoftPool.Tests;

/// <summary>
/// Finds in the IL of assemblies what lets a TorchSharp.Scalar go before the native call that reads it returns: a
/// Scalar that is kept neither in a field nor by a using statement, and a call into TorchSharp that comes to make one
/// (TorchSharp keeps none). What a virtual call comes to is what the types do that were made: a layer's forward, an
/// optimiser's step.
/// </summary>
internal sealed class LooseScalars : IDisposable
{
    private readonly DefaultAssemblyResolver _resolver = new();

    /// <summary>The methods of TorchSharp that make a scalar, themselves or by what they call.</summary>
    private readonly HashSet<MethodDefinition> _loose;

    public LooseScalars()
    {
        _resolver.AddSearchDirectory(AppContext.BaseDirectory);
        MethodDefinition[] methods = [.. Methods(Read(AssemblyNameReference.Parse(typeof(torch).Assembly.FullName)))
            .Where(method => !IsScalar(method.DeclaringType))];
        ILookup<MethodDefinition, MethodDefinition> callers = methods
            .SelectMany(method => Calls(method).Select(call => (Called: Torchs(call), Caller: method)))
            .Where(call => call.Called is not null)
            .ToLookup(call => call.Called!, call => call.Caller);
        _loose = [.. methods.Where(method => Calls(method).Any(MakesScalar))];
        var open = new Queue<MethodDefinition>(_loose);
        while (open.TryDequeue(out MethodDefinition? called))
            foreach (MethodDefinition caller in callers[called].Where(_loose.Add))
                open.Enqueue(caller);
    }

    /// <summary>What an assembly's methods do, one line each: "Class.Method: what it calls".</summary>
    /// <param name="assembly">Its name; it lies beside the tests.</param>
    /// <param name="within">Whether a type is looked at.</param>
    public string[] In(string assembly, Func<TypeDefinition, bool> within)
    {
        var found = new List<string>();
        var reached = new HashSet<MethodDefinition>();
        var open = new Queue<MethodDefinition>();
        var made = new HashSet<TypeDefinition>();
        foreach (MethodDefinition method in
            Methods(Read(new AssemblyNameReference(assembly, null))).Where(method => within(method.DeclaringType)))
        {
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.Operand is not MethodReference call)
                    continue;
                if (MakesScalar(call) ? !IsKept(method, instruction.Next) : Torchs(call) is { } torchs
                    && _loose.Contains(torchs))
                    found.Add($"{method.DeclaringType.Name}.{method.Name}: {call.DeclaringType.Name}.{call.Name}");
            }
            Reach(method);
        }
        while (open.TryDequeue(out MethodDefinition? method))
            Reach(method);
        found.AddRange(
            from type in made
            from method in type.Methods
            where method.IsVirtual && _loose.Contains(method)
            select $"makes a {type.Name}: {type.Name}.{method.Name}");
        return [.. found];

        void Reach(MethodDefinition method)
        {
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.Operand is not MethodReference call || Torchs(call) is not { } torchs)
                    continue;
                if (instruction.OpCode == OpCodes.Newobj)
                    made.Add(torchs.DeclaringType);
                if (reached.Add(torchs))
                    open.Enqueue(torchs);
            }
        }
    }

    public void Dispose() => _resolver.Dispose();

    /// <summary>Whether the scalar just made goes to a field, or to a variable that is disposed.</summary>
    private static bool IsKept(MethodDefinition method, Instruction next)
    {
        if (next.OpCode == OpCodes.Stsfld || next.OpCode == OpCodes.Stfld)
            return true;
        return Variable(next, method, load: false) is { } variable && method.Body.Instructions.Any(instruction =>
            instruction.Operand is MethodReference { Name: "Dispose" }
                && Variable(instruction.Previous, method, load: true) == variable);
    }

    private static VariableDefinition? Variable(Instruction instruction, MethodDefinition method, bool load)
    {
        Code[] numbered = load
            ? [Code.Ldloc_0, Code.Ldloc_1, Code.Ldloc_2, Code.Ldloc_3]
            : [Code.Stloc_0, Code.Stloc_1, Code.Stloc_2, Code.Stloc_3];
        int index = Array.IndexOf(numbered, instruction.OpCode.Code);
        if (index >= 0)
            return method.Body.Variables[index];
        Code[] named = load ? [Code.Ldloc_S, Code.Ldloc] : [Code.Stloc_S, Code.Stloc];
        return named.Contains(instruction.OpCode.Code) ? (VariableDefinition)instruction.Operand : null;
    }

    private static bool MakesScalar(MethodReference method) =>
        method.ReturnType.FullName == "TorchSharp.Scalar" && IsScalar(method.DeclaringType);

    private static bool IsScalar(TypeReference type) =>
        type.FullName is "TorchSharp.Scalar" or "TorchSharp.ScalarExtensionMethods";

    private static MethodDefinition? Torchs(MethodReference method) =>
        method.DeclaringType.GetElementType() is { Scope.Name: "TorchSharp" or "TorchSharp.dll" }
            && method.Resolve() is { HasBody: true } found
            ? found
            : null;

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    // By the full name that calls refer to TorchSharp by: by another it would be read twice, as two.
    private ModuleDefinition Read(AssemblyNameReference assembly) => _resolver.Resolve(assembly).MainModule;
}
