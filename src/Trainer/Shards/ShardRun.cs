using System.Diagnostics;
using System.Threading.Channels;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Shards;

/// <summary>
/// Runs a model on the pictures of a part, on one device or several. Pictures are decoded on all cores ahead of the
/// devices; each device has a batch to compute and one to follow; results are written in the list's order.
/// </summary>
internal sealed class ShardRun
{
    /// <summary>What the pictures of a batch may take, decoded: 20 of 12 megapixels.</summary>
    private const long MostBytesOfBatch = 1L << 30;

    /// <summary>Batches that a device has at once: while it computes one, the next is copied to it.</summary>
    public const int BatchesAtOnce = 2;

    private readonly Model _model;
    private readonly int _output;
    private readonly Ranking _ranking;
    private readonly ShardWriter _writer;
    private readonly int _top;
    private readonly int _maxErrors;
    private readonly Stopwatch _waitingForPictures = new();

    /// <param name="model">The network, with its class names and preprocessing.</param>
    /// <param name="output">The place of the output that is written.</param>
    /// <param name="top">How many classes are ranked; 0 for an output that ranks none.</param>
    /// <param name="maxErrors">How many pictures of the part may be unreadable.</param>
    /// <param name="writer">Takes the results.</param>
    public ShardRun(Model model, int output, int top, int maxErrors, ShardWriter writer)
    {
        (_model, _output, _top, _maxErrors, _writer) = (model, output, top, maxErrors, writer);
        _ranking = Ranking.Of(model.Graph, output);
    }

    /// <summary>How long the devices waited for pictures.</summary>
    public TimeSpan WaitedForPictures => _waitingForPictures.Elapsed;

    /// <summary>Computes what is left of the part.</summary>
    /// <param name="pictures">The pictures behind those that are done.</param>
    /// <param name="sessions">Sessions of one model and batch, one for each device, each with
    /// <see cref="BatchesAtOnce"/>.</param>
    /// <param name="progress">Told the share of the part that is done.</param>
    /// <param name="cancel">Ends the run behind the batches under way; what they gave is written.</param>
    /// <exception cref="UserErrorException">More pictures than allowed cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task RunAsync(
        IEnumerable<ListedPicture> pictures, IReadOnlyList<InferenceSession> sessions, IProgress<double> progress,
        CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // Two a core: the next is read while one is decoded.
        Channel<Task<Decoded>> decoding = Channel.CreateBounded<Task<Decoded>>(2 * Environment.ProcessorCount);
        Channel<Task<Batch>> running = Channel.CreateBounded<Task<Batch>>(BatchesAtOnce * sessions.Count);
        Channel<InferenceSession> free = Channel.CreateUnbounded<InferenceSession>();
        for (int i = 0; i < BatchesAtOnce; i++)
            foreach (InferenceSession session in sessions)
                free.Writer.TryWrite(session);

        Task decode = Stage(() => DecodeAsync(pictures, decoding.Writer, stop.Token), decoding.Writer);
        Task run = Stage(
            () => RunBatchesAsync(decoding.Reader, running.Writer, free, sessions[0].Options.Batch, stop.Token),
            running.Writer);
        try
        {
            await foreach (Task<Batch> batch in running.Reader.ReadAllAsync(CancellationToken.None))
            {
                Write(await batch);
                progress.Report((double)_writer.Done / _writer.Count);
            }
        }
        finally
        {
            // Sessions are disposed by the caller: nothing may run on them any longer.
            await stop.CancelAsync();
            await foreach (Task batch in running.Reader.ReadAllAsync(CancellationToken.None))
                await batch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(decode, run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(decode, run);

        // A stage that fails closes its channel, and the next stage ends after what came before.
        static async Task Stage<T>(Func<Task> work, ChannelWriter<T> results)
        {
            try
            {
                await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                results.Complete();
            }
        }
    }

    private static async Task DecodeAsync(
        IEnumerable<ListedPicture> pictures, ChannelWriter<Task<Decoded>> decoding, CancellationToken stop)
    {
        foreach (ListedPicture picture in pictures)
        {
            // Waits before the picture is begun, so that the channel bounds how many are in memory.
            await decoding.WaitToWriteAsync(stop);
            await decoding.WriteAsync(Task.Run(() => Decode(picture), CancellationToken.None), stop);
        }
    }

    private static Decoded Decode(ListedPicture picture)
    {
        try
        {
            return new Decoded(picture.Name, PictureDecoder.DecodePicture(picture.Read(), picture.Name), null);
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            return new Decoded(picture.Name, default, e.Message);
        }
    }

    private async Task RunBatchesAsync(
        ChannelReader<Task<Decoded>> decoding, ChannelWriter<Task<Batch>> running, Channel<InferenceSession> free,
        int size, CancellationToken stop)
    {
        var pictures = new List<Decoded>();
        int readable = 0;
        long bytes = 0;
        while (await NextAsync() is { } next)
        {
            if (readable > 0 && bytes + next.Image.Pixels.Length > MostBytesOfBatch)
                await StartAsync();
            pictures.Add(next);
            readable += next.Error is null ? 1 : 0;
            bytes += next.Image.Pixels.Length;
            if (readable == size)
                await StartAsync();
        }
        if (pictures.Count > 0)
            await StartAsync();

        async Task<Decoded?> NextAsync()
        {
            _waitingForPictures.Start();
            Decoded? next = await decoding.WaitToReadAsync(stop) && decoding.TryRead(out Task<Decoded>? read)
                ? await read : null;
            _waitingForPictures.Stop();
            return next;
        }

        async Task StartAsync()
        {
            InferenceSession session = await free.Reader.ReadAsync(stop);
            await running.WriteAsync(RunAsync(session, [.. pictures], free.Writer), CancellationToken.None);
            pictures.Clear();
            (readable, bytes) = (0, 0);
        }
    }

    private async Task<Batch> RunAsync(
        InferenceSession session, Decoded[] pictures, ChannelWriter<InferenceSession> free)
    {
        Image[] images = [.. pictures.Where(picture => picture.Error is null).Select(picture => picture.Image)];
        float[][] outputs =
        [
            .. _model.Graph.Outputs.Select(output => new float[images.Length * output.Shape.ElementCount]),
        ];
        if (images.Length > 0)
            await session.RunAsync(images, [.. outputs.Select(output => output.AsMemory())]);
        free.TryWrite(session);
        // The pixels are of no use any longer, and the batches before this one may take a while.
        return new Batch([.. pictures.Select(picture => picture with { Image = default })], outputs[_output]);
    }

    private void Write(Batch batch)
    {
        int length = _model.Graph.Outputs[_output].Shape.ElementCount, place = 0;
        foreach (Decoded picture in batch.Pictures)
        {
            if (picture.Error is not null)
            {
                if (_writer.Errors == _maxErrors)
                {
                    _writer.Flush();
                    throw new UserErrorException(
                        $"{picture.Name} is picture {_maxErrors + 1} of the part that cannot be read, and --max-errors "
                        + $"allows {_maxErrors}: {picture.Error}");
                }
                _writer.Add(picture.Name, [], picture.Error, []);
                continue;
            }
            ReadOnlySpan<float> values = batch.Values.AsSpan(place++ * length, length);
            _writer.Add(picture.Name, Rank(values), null, values);
        }
        _writer.Flush();
    }

    private (string Class, double Probability)[] Rank(ReadOnlySpan<float> values)
    {
        if (_top == 0)
            return [];
        double[] probabilities = _ranking.Probabilities(values);
        return
        [
            .. Ranking.Best(values, _top).Select(place => (
                _output == 0 && _model.ClassNames.Count > 0 ? _model.ClassNames[place] : $"{place}",
                probabilities[place])),
        ];
    }

    private sealed record Decoded(string Name, Image Image, string? Error);

    private sealed record Batch(Decoded[] Pictures, float[] Values);
}
