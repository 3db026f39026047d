using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>Makes models of TorchSharp modules.</summary>
public static class ModelExport
{
    /// <summary>Makes a model of a module: its graph, its weights under the names of its state dictionary, and a
    /// certificate of what the module itself computes.</summary>
    /// <remarks>
    /// The module runs a few times, in evaluation mode and without gradients, and is left as it was. What it computes
    /// is seen by hooks on the modules that have no modules in them: everything between its input and its outputs has
    /// to be a module that is called by <c>call</c>. The namespace SoftPool.Torch.Modules has modules for what is
    /// usually written as a function: Add, Concat, Multiply and others. The result is compared with the module before
    /// it is returned.
    /// </remarks>
    /// <param name="module">The module. Its weights are of 32 bits.</param>
    /// <param name="exampleInput">An input, (N, C, H, W) or (N, ...), of 32-bit floats on the module's device. The
    /// model takes inputs of this shape, and any batch.</param>
    /// <param name="options">What the module does not say; null for the defaults.</param>
    /// <exception cref="UnsupportedModuleException">The module does something that cannot be exported.
    /// <see cref="UnsupportedModuleException.Refusals"/> lists everything.</exception>
    /// <exception cref="ModelFormatException">The class names or the preprocessing do not fit the network.</exception>
    /// <exception cref="ArgumentException">The example is not of 32-bit floats or has no batch; the module has weights
    /// of another type, or gives something else than tensors; the number of names is another.</exception>
    public static Model FromModule<TResult>(
        torch.nn.Module<torch.Tensor, TResult> module, torch.Tensor exampleInput, ModuleExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(exampleInput);
        return FromModule(module, inputs => module.call(inputs[0]), [exampleInput], options ?? new());
    }

    /// <summary>Makes a model of a module with two inputs, as
    /// <see cref="FromModule{TResult}(torch.nn.Module{torch.Tensor, TResult}, torch.Tensor, ModuleExportOptions)"/>
    /// does.</summary>
    /// <param name="module">The module.</param>
    /// <param name="exampleInput1">An example of the first input, batch first.</param>
    /// <param name="exampleInput2">An example of the second, of the same batch.</param>
    /// <param name="options">What the module does not say; null for the defaults.</param>
    /// <inheritdoc cref="FromModule{TResult}(torch.nn.Module{torch.Tensor, TResult}, torch.Tensor,
    /// ModuleExportOptions)" path="/exception"/>
    public static Model FromModule<TResult>(
        torch.nn.Module<torch.Tensor, torch.Tensor, TResult> module, torch.Tensor exampleInput1,
        torch.Tensor exampleInput2, ModuleExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(exampleInput1);
        ArgumentNullException.ThrowIfNull(exampleInput2);
        return FromModule(
            module, inputs => module.call(inputs[0], inputs[1]), [exampleInput1, exampleInput2], options ?? new());
    }

    /// <summary>Makes a model of a module with three inputs, as
    /// <see cref="FromModule{TResult}(torch.nn.Module{torch.Tensor, TResult}, torch.Tensor, ModuleExportOptions)"/>
    /// does.</summary>
    /// <param name="module">The module.</param>
    /// <param name="exampleInput1">An example of the first input, batch first.</param>
    /// <param name="exampleInput2">An example of the second, of the same batch.</param>
    /// <param name="exampleInput3">An example of the third, of the same batch.</param>
    /// <param name="options">What the module does not say; null for the defaults.</param>
    /// <inheritdoc cref="FromModule{TResult}(torch.nn.Module{torch.Tensor, TResult}, torch.Tensor,
    /// ModuleExportOptions)" path="/exception"/>
    public static Model FromModule<TResult>(
        torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor, TResult> module, torch.Tensor exampleInput1,
        torch.Tensor exampleInput2, torch.Tensor exampleInput3, ModuleExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(exampleInput1);
        ArgumentNullException.ThrowIfNull(exampleInput2);
        ArgumentNullException.ThrowIfNull(exampleInput3);
        return FromModule(
            module, inputs => module.call(inputs[0], inputs[1], inputs[2]),
            [exampleInput1, exampleInput2, exampleInput3], options ?? new());
    }

    private static Model FromModule(
        torch.nn.Module module, Func<torch.Tensor[], object?> call, torch.Tensor[] inputs, ModuleExportOptions options)
    {
        Check(module, inputs);
        using var precision = new FullPrecision();
        string name = options.Name ?? module.GetName();
        NetworkInput[] networkInputs = [.. InputNames(module, inputs.Length, options)
            .Zip(inputs, (input, example) => new NetworkInput(input, ModuleResult.ItemShapeOf(example)))];
        ModuleTrace trace = ModuleRecorder.Run(module, call, inputs);
        var layers = new ModuleGraph(name, trace, [.. networkInputs.Select(input => input.Name)]);
        var graph = new ModelGraph(
            name, networkInputs, layers.Layers, OutputNames(trace, options).Zip(layers.Outputs));
        var model = new Model(
            graph, layers.Weights, options.ClassNames,
            options.Preprocessing ?? Unchanged(networkInputs[0].Shape));
        var certificate = new ModuleCertificate(module, call, inputs[0].device, trace, layers, model);
        return certificate.Make([.. inputs.Select(input => (ReadOnlyMemory<float>)ModuleResult.FirstItemOf(input))]);
    }

    private static IReadOnlyList<string> InputNames(torch.nn.Module module, int count, ModuleExportOptions options)
    {
        string[] names = count == 1
            ? [ModelGraph.InputName]
            : [.. module.GetType().GetMethod("forward", [.. Enumerable.Repeat(typeof(torch.Tensor), count)])!
                .GetParameters().Select(parameter => parameter.Name!)];
        return Counted("input", options.InputNames ?? names, count);
    }

    private static IReadOnlyList<string> OutputNames(ModuleTrace trace, ModuleExportOptions options)
    {
        int count = trace.Outputs.Count;
        return Counted(
            "output",
            options.OutputNames ?? trace.OutputNames
                ?? (count == 1 ? [ModelGraph.OutputName] : [.. Enumerable.Range(0, count).Select(i => $"output_{i}")]),
            count);
    }

    private static IReadOnlyList<string> Counted(string what, IReadOnlyList<string> names, int count) =>
        names.Count == count
            ? names
            : throw new ArgumentException($"The module has {count} {what}s, but {names.Count} names came.");

    private static void Check(torch.nn.Module module, torch.Tensor[] inputs)
    {
        foreach (torch.Tensor input in inputs)
            if (input.dtype != torch.ScalarType.Float32 || input.dim() < 2)
                throw new ArgumentException(
                    "An example input is a batch of 32-bit floats, (N, ...); got "
                    + $"({string.Join(", ", input.shape)}) of {input.dtype}.");
        foreach ((string name, torch.Tensor weight) in module.named_parameters()
            .Select(entry => (entry.name, (torch.Tensor)entry.parameter)))
            if (weight.dtype != torch.ScalarType.Float32)
                throw new ArgumentException(
                    $"A module to export has weights of 32-bit floats; {name} is {weight.dtype}: "
                    + "convert the module with to(torch.float32).");
    }

    /// <summary>Scaled to [0, 1] only.</summary>
    private static Preprocessing Unchanged(TensorShape input) =>
        new([.. Enumerable.Repeat(0f, input[0])], [.. Enumerable.Repeat(1f, input[0])]);

    /// <summary>Has CUDA compute in 32 bits as long as it is there: torch lets convolutions have TF32's ten bits of
    /// mantissa unless told not to.</summary>
    private sealed class FullPrecision : IDisposable
    {
        private readonly bool _convolutions = torch.backends.cudnn.allow_tf32,
            _products = torch.backends.cuda.matmul.allow_tf32;

        public FullPrecision() => (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) =
            (false, false);

        public void Dispose() => (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) =
            (_convolutions, _products);
    }
}
