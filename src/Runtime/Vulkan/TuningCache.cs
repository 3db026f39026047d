using System.Globalization;
using System.Text;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>
/// Which kernels have turned out best on a device, and which are not to be used there. Both lie beside the compiled kernels from one
/// start to the next: what was measured in a file of lines "convolution, tab, variant", the self-test's verdicts in one of
/// lines "kernel, tab, what is wrong with it", empty where nothing is; after how many turns the driver ends loops is a line there too, and
/// so is what the test of a network's own shapes found of a plan.
/// </summary>
internal sealed class TuningCache
{
    // No kernel has this name.
    private const string TurnsKey = "largest turns";

    /// <summary>What the keys of plans begin with.</summary>
    public const string PlanPrefix = "plan ";

    private readonly Lock _lock = new();
    private readonly PipelineCacheFile? _file;
    private Dictionary<string, string> _best;
    private readonly PipelineCacheFile? _verdictFile;
    private readonly Dictionary<string, string> _verdicts;
    private bool _verdictsChanged;

    public TuningCache(PipelineCacheFile? file, PipelineCacheFile? verdictFile)
    {
        _file = file;
        _verdictFile = verdictFile;
        _verdicts = ReadVerdicts();
        _best = PairsOf(LinesOf(file));
    }

    /// <summary>What sessions choose by: as of now, it does not change with what is learned later.</summary>
    public VariantChoice Choice
    {
        get
        {
            lock (_lock)
                return new VariantChoice(RejectedKernels: [.. RejectedKernels.Select(kernel => kernel.Kernel)], Best: _best);
        }
    }

    /// <summary>Remembers what was measured, here and in the file.</summary>
    public void Remember(IReadOnlyDictionary<string, string> best)
    {
        lock (_lock)
        {
            // Another process may have added its own.
            Dictionary<string, string> all = PairsOf(LinesOf(_file));
            foreach ((string convolution, string variant) in _best.Concat(best))
                all[convolution] = variant;
            _best = all;
            _file?.Write(BytesOf(LinesOf(all)));
        }
    }

    /// <summary>After how many turns the driver ends the loops of an invocation; null where that was not probed.</summary>
    public long? LargestTurns
    {
        get => long.TryParse(VerdictOn(TurnsKey), CultureInfo.InvariantCulture, out long turns) && turns > 0 ? turns : null;
        set => Judge(TurnsKey, value!.Value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Held while kernels are tested: one thread tests, others wait.</summary>
    public Lock Testing { get; } = new();

    /// <summary>What is not to be used.</summary>
    public IReadOnlyList<RejectedKernel> RejectedKernels
    {
        get
        {
            lock (_lock)
                return
                [
                    .. _verdicts.Where(verdict => verdict.Value.Length > 0 && verdict.Key != TurnsKey
                            && !verdict.Key.StartsWith(PlanPrefix, StringComparison.Ordinal))
                        .Select(verdict => new RejectedKernel(verdict.Key, verdict.Value))
                        .OrderBy(kernel => kernel.Kernel, StringComparer.Ordinal),
                ];
        }
    }

    /// <summary>What is wrong with a kernel, empty if nothing is; null if it was not tested.</summary>
    public string? VerdictOn(string kernel)
    {
        lock (_lock)
            return _verdicts.GetValueOrDefault(kernel);
    }

    /// <summary>Has sessions that are made from now on use a kernel, or not.</summary>
    /// <param name="kernel">What was tested, by <see cref="KernelLaunch.JudgedAs"/>.</param>
    /// <param name="verdict">What is wrong with it; empty if nothing is.</param>
    public void Judge(string kernel, string verdict)
    {
        lock (_lock)
        {
            _verdicts[kernel] = verdict.ReplaceLineEndings(" ").Replace('\t', ' ');
            _verdictsChanged = true;
        }
    }

    /// <summary>Writes the verdicts to their file, if there are new ones.</summary>
    public void SaveVerdicts()
    {
        lock (_lock)
        {
            if (!_verdictsChanged)
                return;
            _verdictsChanged = false;
            // Another process may have added its own.
            Dictionary<string, string> all = ReadVerdicts();
            foreach ((string kernel, string verdict) in _verdicts)
                all[kernel] = verdict;
            _verdictFile?.Write(BytesOf(LinesOf(all).Prepend(Build)));
        }
    }

    // How weights are packed and kernels launched is this assembly's code: of another build, verdicts say nothing.
    private static string Build => typeof(TuningCache).Module.ModuleVersionId.ToString();

    private Dictionary<string, string> ReadVerdicts()
    {
        string[] lines = LinesOf(_verdictFile);
        return lines[0] == Build ? PairsOf(lines) : [];
    }

    private static string[] LinesOf(PipelineCacheFile? file) => Encoding.UTF8.GetString(file?.Read() ?? []).Split('\n');

    private static IEnumerable<string> LinesOf(Dictionary<string, string> pairs) => pairs.Select(pair => $"{pair.Key}\t{pair.Value}");

    private static byte[] BytesOf(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines));

    private static Dictionary<string, string> PairsOf(string[] lines)
    {
        var pairs = new Dictionary<string, string>();
        foreach (string line in lines)
            if (line.Split('\t') is [string key, string value])
                pairs[key] = value;
        return pairs;
    }
}
