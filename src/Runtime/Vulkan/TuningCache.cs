using System.Globalization;
using System.Text;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>Which kernels have turned out best on a device, and which are not to be used there. Both lie beside the
/// compiled kernels from one start to the next: what was measured in a file of lines "layer, tab, variant", the
/// self-test's verdicts in one of lines "kernel, tab, what is wrong with it", empty where nothing is; after how many
/// iterations the driver ends loops is a line there too, and so is what the test of a network's own shapes found of a
/// plan. What is being tried is noted, for it may hang.</summary>
internal sealed class TuningCache
{
    /// <summary>The verdict on what hung the device or ended the process, or seemed to.</summary>
    public const string Hung = "hanging: it did not end when it was tried last";

    // No kernel has this name.
    private const string IterationsKey = "largest iterations";

    /// <summary>What the keys of plans begin with.</summary>
    public const string PlanPrefix = "plan ";

    private readonly Lock _lock = new();
    private readonly PipelineCacheFile? _file;
    private Dictionary<string, string> _best;
    private readonly PipelineCacheFile? _verdictFile;
    private readonly Dictionary<string, string> _verdicts;
    private readonly TrialNotes? _notes;
    private bool _verdictsChanged;

    public TuningCache(PipelineCacheFile? file, PipelineCacheFile? verdictFile)
    {
        _file = file;
        _verdictFile = verdictFile;
        _verdicts = ReadVerdicts();
        _best = PairsOf(LinesOf(file));
        if (verdictFile is null)
            return;
        _notes = new TrialNotes(verdictFile.Prefix, Build);
        _notes.ReadLeftovers(key => VerdictOn(key) is not null, (key, verdict) =>
        {
            Judge(key, verdict);
            SaveVerdicts();
        });
    }

    /// <summary>What sessions choose by: as of now, it does not change with what is learned later.</summary>
    public VariantChoice Choice
    {
        get
        {
            lock (_lock)
                return new VariantChoice(
                    RejectedKernels: [.. RejectedKernels.Select(kernel => kernel.Kernel)], Best: _best);
        }
    }

    /// <summary>Remembers what was measured, here and in the file.</summary>
    public void Remember(IReadOnlyDictionary<string, string> best)
    {
        lock (_lock)
        {
            // Another process may have added its own.
            Dictionary<string, string> all = PairsOf(LinesOf(_file));
            foreach ((string layer, string variant) in _best.Concat(best))
                all[layer] = variant;
            _best = all;
            _file?.Write(BytesOf(LinesOf(all)));
        }
    }

    /// <summary>Has the limit of iterations probed, the least that is known of any driver being the verdict if it
    /// hangs.</summary>
    public void TryTurns(Action trial) => Try(IterationsKey, trial, "65535");

    /// <summary>After how many iterations the driver ends the loops of an invocation; null where that was not
    /// probed.</summary>
    public long? LargestIterations
    {
        get => long.TryParse(VerdictOn(IterationsKey), CultureInfo.InvariantCulture, out long iterations)
            && iterations > 0 ? iterations : null;
        set => Judge(IterationsKey, value!.Value.ToString(CultureInfo.InvariantCulture));
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
                    .. _verdicts.Where(verdict => verdict.Value.Length > 0 && verdict.Key != IterationsKey
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

    /// <summary>Has something submitted for the first time on this device. If it hangs, in this process or so that the
    /// process has to be ended, that is its verdict, and it is not tried again. If the driver says that the device is
    /// lost, which may have another reason, it is tried once more.</summary>
    /// <param name="key">What is tried.</param>
    /// <param name="trial">Submits it and waits for it.</param>
    /// <param name="verdict">What is said of it if it hangs.</param>
    /// <exception cref="DeviceLostException">It hung, or the device was lost; it is of no use any more.</exception>
    public void Try(string key, Action trial, string verdict = Hung)
    {
        using TrialNote? note = _notes?.Begin(key, verdict);
        try
        {
            trial();
        }
        catch (DeviceLostException e)
        {
            if (!e.DidNotEnd)
                note?.Leave();
            else
            {
                Judge(key, verdict);
                SaveVerdicts();
            }
            if (note is null)
                throw;
            string what = key.StartsWith(PlanPrefix, StringComparison.Ordinal) ? "a layer at its own shape" : key;
            throw new DeviceLostException(
                $"{e.Message} It was trying {what}, which is not tried {(e.DidNotEnd ? "again" : "more than twice")}.",
                e.DidNotEnd);
        }
    }

    /// <summary>The note of a trial, for tests.</summary>
    internal TrialNote? NoteOf(string key) => _notes?.Begin(key, Hung);

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
    internal static string Build => typeof(TuningCache).Module.ModuleVersionId.ToString();

    private Dictionary<string, string> ReadVerdicts()
    {
        string[] lines = LinesOf(_verdictFile);
        return lines[0] == Build ? PairsOf(lines) : [];
    }

    private static string[] LinesOf(PipelineCacheFile? file) => Encoding.UTF8.GetString(file?.Read() ?? []).Split('\n');

    private static IEnumerable<string> LinesOf(Dictionary<string, string> pairs) =>
        pairs.Select(pair => $"{pair.Key}\t{pair.Value}");

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
