namespace SoftPool.Torch.Export;

/// <summary>What a model says that a TorchSharp module does not.</summary>
public sealed record ModuleExportOptions
{
    /// <summary>The network's name. Default: the module's name, <c>module.GetName()</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The names of the inputs. Default: "input" for one, the names of the parameters of the module's forward
    /// for several.</summary>
    public IReadOnlyList<string>? InputNames { get; init; }

    /// <summary>The names of the outputs. Default: "output" for one, the keys of a dictionary, "output_0" and so on for
    /// others.</summary>
    public IReadOnlyList<string>? OutputNames { get; init; }

    /// <summary>The name of each element of the only or first output, in order; empty if they have no names.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>How an image becomes the network's input. Default: values are scaled to [0, 1] only (mean 0, deviation
    /// 1).</summary>
    public Preprocessing? Preprocessing { get; init; }
}
