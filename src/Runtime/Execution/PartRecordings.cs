using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>What is recorded for each part of a batch by itself, to be submitted one after the other.</summary>
internal sealed class PartRecordings : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly Submission[] _recordings;

    public PartRecordings(PlannedModel planned, Action<Commands, BatchPart> record)
    {
        _recordings = new Submission[planned.Parts.Count];
        try
        {
            foreach (BatchPart part in planned.Parts)
                _recordings[part.Index] = _ownership.Take(planned.Record(commands => record(commands, part)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Submission this[int part] => _recordings[part];

    public void Dispose() => _ownership.Dispose();
}
