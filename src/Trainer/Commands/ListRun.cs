using System.Diagnostics;
using System.Security.Cryptography;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Commands;

/// <summary>Runs a model on all pictures of a list, or on one part of them: what 'run --list' does.</summary>
internal sealed record ListRun(
    string ModelPath, string List, string? Shard, string Folder, string? Device, SessionOptions Options, int Top,
    int MaxErrors)
{
    private const string AllDevices = "all";

    /// <param name="model">The model at <see cref="ModelPath"/>.</param>
    /// <param name="output">The place of the output that is written.</param>
    /// <param name="cancel">Ends the run behind the batches under way.</param>
    public void Execute(Model model, int output, CancellationToken cancel)
    {
        PictureList list = PictureList.Open(List);
        (Shard shard, string source) =
            Shards.Shard.Choose(Shard, Environment.GetEnvironmentVariable, list.Count);
        NetworkOutput described = model.Graph.Outputs[output];
        bool ranks = described.Shape.Rank == 1 && Ranking.Of(model.Graph, output).Kind != OutputKind.Numbers;
        int top = ranks ? Math.Min(Top, described.Shape[0]) : 0;
        using var writer = new ShardWriter(Folder, new ShardDescription
        {
            Model = model.Graph.Name,
            ModelSha256 = Hash(ModelPath),
            List = List,
            ListSha256 = list.Hash,
            Pictures = list.Count,
            Shard = shard.Index,
            Shards = shard.Count,
            Output = described.Name,
            OutputShape = described.Shape.Extents.ToArray(),
            Top = top,
            Fp16 = Options.Fp16,
        });
        int before = writer.Done;
        ConsoleText.Line(
            $"part {shard} ({source}): {writer.Count:N0} of {list.Count:N0} pictures, {before:N0} were done before");
        if (before < writer.Count)
            Run(model, output, top, writer, list.Of(shard, before), cancel);
        writer.Complete();
        ConsoleText.Line($"{ShardFiles.Table(Folder, shard)} and .npy are complete");
        if (writer.Errors > 0)
            ConsoleText.Line($"{writer.Errors:N0} of them could not be read: the column error says why");
    }

    private void Run(
        Model model, int output, int top, ShardWriter writer, IEnumerable<ListedPicture> left,
        CancellationToken cancel)
    {
        var run = new ShardRun(model, output, top, MaxErrors, writer);
        int before = writer.Done;
        GpuDevice[] devices = OpenDevices();
        var sessions = new List<InferenceSession>();
        try
        {
            foreach (GpuDevice device in devices)
                sessions.Add(device.CreateSession(
                    model, Options with { MaxConcurrentRuns = ShardRun.BatchesAtOnce }));
            var time = Stopwatch.StartNew();
            string names = string.Join(", ", devices.Select(device => device.Info.Name));
            ProgressDisplay.Run($"{model.Graph.Name} on {names}", progress =>
            {
                run.RunAsync(left, sessions, progress, cancel).GetAwaiter().GetResult();
                return 0;
            });
            int pictures = writer.Done - before;
            double seconds = time.Elapsed.TotalSeconds;
            ConsoleText.Line(
                $"{pictures:N0} pictures in {Duration.Of(time.Elapsed)}, {pictures / seconds:F1} a second");
            ConsoleText.Line(
                $"waited for decoded pictures {run.WaitedForPictures / time.Elapsed:P0} of the time");
        }
        finally
        {
            foreach (InferenceSession session in sessions)
                session.Dispose();
            foreach (GpuDevice device in devices)
                device.Dispose();
        }
    }

    /// <summary>One device, or all that can run the kernels; of these the software devices only where there are no
    /// others.</summary>
    private GpuDevice[] OpenDevices()
    {
        if (!AllDevices.Equals(Device, StringComparison.OrdinalIgnoreCase))
            return [GpuDevice.Create(Device)];
        GpuDeviceInfo[] usable = [.. GpuDevice.Enumerate().Where(info => info.Unsupported is null)];
        GpuDeviceInfo[] hardware = [.. usable.Where(info => info.Kind != GpuKind.Cpu)];
        if (usable.Length == 0)
            return [GpuDevice.Create()]; // which says what is wrong with each
        var opened = new List<GpuDevice>();
        try
        {
            foreach (GpuDeviceInfo info in hardware.Length > 0 ? hardware : usable)
                opened.Add(GpuDevice.Create($"{info.Index}"));
            return [.. opened];
        }
        catch
        {
            opened.ForEach(device => device.Dispose());
            throw;
        }
    }

    private static string Hash(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
