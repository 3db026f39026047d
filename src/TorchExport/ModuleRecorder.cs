using TorchSharp;

namespace SoftPool.Torch.Export;

/// <summary>
/// Runs a module and writes down the calls of the modules that have no modules in them. A tensor is what a call gave if
/// it is the very object that the call returned, and torch has not changed it since: equal numbers are not enough.
/// </summary>
internal sealed class ModuleRecorder : IDisposable
{
    private readonly torch.nn.Module _root;
    private readonly Dictionary<torch.Tensor, TrackedTensor> _known = new(ReferenceEqualityComparer.Instance);
    private readonly List<TrackedTensor> _tracked = [];
    private readonly List<Action> _removals = [];
    private readonly List<string> _seen = [], _unseen = [];
    private readonly List<ModuleCall> _calls = [];
    private readonly List<(int? Reader, string Text)> _gaps = [];
    private readonly HashSet<int> _read = [];

    // What the running call reads: its tensors are looked at before it runs, because it may change them in place.
    private (torch.Tensor[] Tensors, int?[] Sources) _reading = ([], []);

    private ModuleRecorder(torch.nn.Module root)
    {
        _root = root;
        var modules = new HashSet<torch.nn.Module>(ReferenceEqualityComparer.Instance);
        (string, torch.nn.Module)[] all = [.. root.named_modules()];
        foreach ((string path, torch.nn.Module module) in all.Length > 0 ? all : [(root.GetName(), root)])
            if (modules.Add(module) && !module.named_children().Any())
                Hook(path, module);
    }

    /// <summary>Runs the module in evaluation mode and without gradients. It is left as it was.</summary>
    /// <param name="module">The module.</param>
    /// <param name="call">Calls it.</param>
    /// <param name="inputs">What it is called with, batch first. They are copied: a module may change them.</param>
    public static ModuleTrace Run(
        torch.nn.Module module, Func<torch.Tensor[], object?> call, IReadOnlyList<torch.Tensor> inputs)
    {
        using var scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        using var mode = new EvaluationMode(module);
        using var recorder = new ModuleRecorder(module);
        torch.Tensor[] copies = [.. inputs.Select(input => input.clone())];
        for (int i = 0; i < copies.Length; i++)
            recorder.Track(copies[i], ~i);
        return recorder.TraceOf(call(copies));
    }

    public void Dispose()
    {
        foreach (Action remove in _removals)
            remove();
        foreach (TrackedTensor tensor in _tracked)
            tensor.Dispose();
    }

    private void Hook(string path, torch.nn.Module module)
    {
        switch (module)
        {
            case torch.nn.Module<torch.Tensor, torch.Tensor> one:
                Keep(
                    one.register_forward_pre_hook((_, x) => { Read(path, [x]); return x; }).remove,
                    one.register_forward_hook((_, _, y) => { Give(path, module, y); return y; }).remove);
                break;
            case torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor> two:
                Keep(
                    two.register_forward_pre_hook((_, x, y) => { Read(path, [x, y]); return null; }).remove,
                    two.register_forward_hook((_, _, _, z) => { Give(path, module, z); return z; }).remove);
                break;
            case torch.nn.Module<torch.Tensor[], torch.Tensor> some:
                Keep(
                    some.register_forward_pre_hook((_, x) => { Read(path, [.. x]); return x; }).remove,
                    some.register_forward_hook((_, _, y) => { Give(path, module, y); return y; }).remove);
                break;
            default:
                _unseen.Add($"'{path}' ({module.GetType().Name})");
                return;
        }
        _seen.Add(path);

        void Keep(params ReadOnlySpan<Action> removals) => _removals.AddRange(removals);
    }

    private void Read(string path, torch.Tensor[] tensors) =>
        _reading = (tensors, [.. tensors.Select(tensor => SourceOf(tensor, path))]);

    private void Give(string path, torch.nn.Module module, torch.Tensor output)
    {
        Track(output, _calls.Count);
        _calls.Add(new ModuleCall(
            path, module, _reading.Sources, [.. _reading.Tensors.Select(ModuleResult.ItemShapeOf)],
            ModuleResult.ItemShapeOf(output), ModuleResult.FirstItemOf(output)));
    }

    private void Track(torch.Tensor tensor, int source)
    {
        var tracked = new TrackedTensor(tensor, source);
        _tracked.Add(tracked);
        _known[tensor] = tracked;
    }

    private ModuleTrace TraceOf(object? result)
    {
        IReadOnlyList<torch.Tensor> outputs = ModuleResult.TensorsOf(result);
        int?[] sources = [.. outputs.Select(output => SourceOf(output, null))];
        if (_gaps.Count > 0)
        {
            string[] uncalled = [.. _seen.Except(_calls.Select(call => call.Path)).Select(path => $"'{path}'")];
            if (uncalled.Length > 0)
                _gaps.Add((null, $"no call of {string.Join(", ", uncalled)} was seen: "
                    + "call modules by call(), because forward() runs no hooks"));
            if (_unseen.Count > 0)
                _gaps.Add((null, $"what {string.Join(", ", _unseen)} reads and gives cannot be seen"));
        }
        return new ModuleTrace(
            _calls, sources, ModuleResult.NamesOf(result), [.. outputs.Select(ModuleResult.FirstItemOf)], _gaps);
    }

    /// <summary>Where a tensor came from; null, and a gap, if no module gave it.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="reader">The module that reads it; null for the network's output.</param>
    private int? SourceOf(torch.Tensor tensor, string? reader)
    {
        string by = reader is null ? "the output" : $"'{reader}'";
        if (!_known.TryGetValue(tensor, out TrackedTensor? tracked))
            return Gap(TextOfUnknown(tensor, by));
        _read.Add(tracked.Source);
        return tracked.IsChanged()
            ? Gap($"what {NameOf(tracked.Source)} gave has been changed in place before {by} reads it")
            : tracked.Source;

        int? Gap(string text)
        {
            _gaps.Add((reader is null ? null : _calls.Count, text));
            return null;
        }
    }

    private string TextOfUnknown(torch.Tensor tensor, string reader)
    {
        string? learned = _root.named_parameters().Select(entry => (entry.name, tensor: (torch.Tensor)entry.parameter))
            .Concat(_root.named_buffers().Select(entry => (entry.name, tensor: entry.buffer)))
            .FirstOrDefault(entry => ReferenceEquals(entry.tensor, tensor)).name;
        if (learned is not null)
            return $"{reader} reads the tensor '{learned}', which is no module's output";
        // What has been given and read by nobody yet; what follows a gap is not said to be of the gap before.
        int[] open = [.. Enumerable.Range(0, _calls.Count).Where(call => !_read.Contains(call))];
        int[] before = open.Length > 0 ? open : [_calls.Count > 0 ? _calls.Count - 1 : ~0];
        _read.UnionWith(before);
        string offer = ModuleOffer.For(
            ModuleResult.ItemShapeOf(tensor),
            [.. before.Where(source => source >= 0).Select(source => _calls[source].OutputShape)]);
        return $"between {string.Join(", ", before.Select(NameOf))} and {reader} something happens "
            + $"that no module does: {offer}";
    }

    private string NameOf(int source) => source < 0
        ? _known.Values.Count(tracked => tracked.Source < 0) > 1 ? $"input {~source}" : "the input"
        : $"'{_calls[source].Path}'";
}
