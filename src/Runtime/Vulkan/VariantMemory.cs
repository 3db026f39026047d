using System.Text;
using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>
/// Which kernels have turned out best on a device, and which are not to be used there. What was measured lies beside the compiled
/// kernels, in a file of lines "convolution, tab, variant", from one start to the next.
/// </summary>
internal sealed class VariantMemory
{
    private readonly Lock _lock = new();
    private readonly PipelineCacheFile? _file;
    private Dictionary<string, string> _best = [];
    private HashSet<string> _struckOff = [];

    public VariantMemory(PipelineCacheFile? file)
    {
        _file = file;
        foreach (string line in Encoding.UTF8.GetString(file?.Read() ?? []).Split('\n'))
            if (line.Split('\t') is [string convolution, string variant])
                _best[convolution] = variant;
    }

    /// <summary>What sessions choose by: as of now, it does not change with what is learned later.</summary>
    public VariantChoice Choice
    {
        get
        {
            lock (_lock)
                return new VariantChoice(StruckOff: _struckOff, Best: _best);
        }
    }

    /// <summary>Remembers what was measured, here and in the file.</summary>
    public void Remember(IReadOnlyDictionary<string, string> best)
    {
        lock (_lock)
        {
            var all = new Dictionary<string, string>(_best);
            foreach ((string convolution, string variant) in best)
                all[convolution] = variant;
            _best = all;
            _file?.Write(Encoding.UTF8.GetBytes(string.Join('\n', all.Select(pair => $"{pair.Key}\t{pair.Value}"))));
        }
    }

    /// <summary>Has no session that is made from now on use a variant: it computes wrongly here.</summary>
    public void StrikeOff(string variant)
    {
        lock (_lock)
            _struckOff = [.. _struckOff, variant];
    }
}
