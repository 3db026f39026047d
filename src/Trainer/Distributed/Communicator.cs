using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SoftPool.Trainer.Distributed;

/// <summary>
/// The processes of a distributed training, and what they exchange. All calls of MPI come from one thread of its own,
/// which polls what is under way, so that an exchange goes on while the others compute. It also notices within seconds
/// that a process is gone, whether the launcher does or not: the processes meet in a barrier every other second.
/// </summary>
internal sealed class Communicator : IDisposable
{
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(2);

    /// <summary>How long a process may say nothing: its thread for MPI runs whatever the others do.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    private readonly MpiLibrary _mpi;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Exchange> _begun = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource<(int Rank, int Size)> _started = new();
    private readonly MpiLibrary.Reduce _sumShort = SumBFloat16;
    private nint _sumOfShorts;
    private int _waiting;
    private volatile bool _ends, _aborts;
    private long _busySince, _busy;

    private Communicator(MpiLibrary mpi)
    {
        _mpi = mpi;
        _thread = new Thread(Run) { IsBackground = true, Name = "MPI" };
        _thread.Start();
        (Rank, Size) = _started.Task.GetAwaiter().GetResult();
    }

    /// <summary>Which process this is, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many there are.</summary>
    public int Size { get; }

    /// <summary>Which of the processes on this machine this is, and how many there are on it.</summary>
    public (int Rank, int Size) OnThisMachine { get; private set; }

    /// <summary>The threads to compute with where the user gives no number: this machine's cores are shared.</summary>
    public int Threads => Math.Max(1, Environment.ProcessorCount / OnThisMachine.Size);

    /// <summary>The library that is used.</summary>
    public string Library => _mpi.Name;

    /// <summary>Whether the failure that this process is about to report has been found by all together: process 0
    /// reports it then, and all end in peace.</summary>
    public bool FailsTogether { get; set; }

    /// <summary>How long any exchange was under way since the beginning.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _busy));

    /// <summary>Joins the processes that a launcher has started; null where there is no launcher, or only one
    /// process.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="UserErrorException">There is no library of MPI, or it knows of other processes than the
    /// launcher.</exception>
    /// <exception cref="MpiException">MPI fails.</exception>
    public static Communicator? Start(Func<string, string?> variable)
    {
        if (Launcher.Find(variable) is not { Size: > 1 } launcher)
            return null;
        var communicator = new Communicator(MpiLibrary.Load(launcher, variable));
        if (communicator.Size == launcher.Size)
        {
            communicator.OnThisMachine = communicator.FindNeighbours();
            return communicator;
        }
        (int size, string library) = (communicator.Size, communicator.Library);
        communicator.Dispose();
        throw new UserErrorException(
            $"{launcher.Name} has started {launcher.Size} processes, and MPI knows of {size}: {library} is not of this "
            + $"launcher. With srun, --mpi=pmix or --mpi=pmi2 may help; {MpiLibrary.Variable} names another library.");
    }

    /// <summary>Begins to add up an array's elements over all processes, in place. All begin the same exchanges in the
    /// same order.</summary>
    /// <param name="buffer">A pinned array; not to be touched until the exchange is over.</param>
    /// <param name="first">The place of the first element.</param>
    /// <param name="count">The number of elements.</param>
    public Task BeginSum(float[] buffer, int first, int count) =>
        Begin(() => _mpi.AllReduce(Address(buffer, first), count, _mpi.Float, _mpi.Sum));

    /// <summary>The same for numbers in bfloat16: each sum of two is rounded to the nearest.</summary>
    /// <inheritdoc cref="BeginSum(float[], int, int)"/>
    public Task BeginSum(short[] buffer, int first, int count) =>
        Begin(() => _mpi.AllReduce(Address(buffer, first), count, _mpi.Short, _sumOfShorts));

    /// <summary>Waits for an exchange.</summary>
    public void Wait(Task exchange)
    {
        Interlocked.Increment(ref _waiting);
        exchange.GetAwaiter().GetResult();
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>The sums of numbers over all processes.</summary>
    public double[] Sum(params ReadOnlySpan<double> values) => Reduce(values, _mpi.Sum);

    /// <summary>The largest of each number over all processes.</summary>
    public double[] Largest(params ReadOnlySpan<double> values) => Reduce(values, _mpi.Largest);

    /// <summary>The floats of process 0, in place.</summary>
    public void Broadcast(float[] values)
    {
        float[] buffer = Pinned<float>(values);
        Wait(Begin(() => _mpi.Broadcast(Address(buffer, 0), buffer.Length * sizeof(float))));
        buffer.CopyTo(values, 0);
    }

    /// <summary>The text of process 0.</summary>
    public string Broadcast(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = (int)Sum(Rank == 0 ? bytes.Length : 0)[0];
        byte[] buffer = Pinned<byte>(Rank == 0 ? bytes : new byte[length]);
        Wait(Begin(() => _mpi.Broadcast(Address(buffer, 0), length)));
        return Encoding.UTF8.GetString(buffer);
    }

    /// <summary>Complains if the processes are about to do different things.</summary>
    /// <param name="facts">What each is about to do, in words for people, and the value.</param>
    /// <exception cref="UserErrorException">A value of another process is not that of process 0: all processes
    /// complain of it.</exception>
    public void RequireSame(IReadOnlyList<(string What, string Value)> facts)
    {
        var first = JsonSerializer.Deserialize<string[]>(
            Broadcast(JsonSerializer.Serialize(facts.Select(fact => fact.Value))))!;
        int different = Enumerable.Range(0, facts.Count)
            .FirstOrDefault(fact => fact >= first.Length || first[fact] != facts[fact].Value, facts.Count);
        var found = new double[Size];
        found[Rank] = facts.Count - different;
        found = Sum(found);
        int process = Array.FindIndex(found, value => value > 0);
        if (process < 0)
            return;
        FailsTogether = true;
        int wrong = facts.Count - (int)found[process];
        throw new UserErrorException(
            $"The processes do not train the same: {facts[wrong].What} of process {process} is not that of process 0, "
            + $"{first[wrong]}.");
    }

    /// <summary>Finds out which of the processes on this machine this is, and how many there are on it.</summary>
    private (int Rank, int Size) FindNeighbours()
    {
        // Names differ in length; 48 bits of their hash are exact as a double.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName));
        double own = BitConverter.ToInt64(hash) & 0xFFFF_FFFF_FFFF;
        var machines = new double[Size];
        machines[Rank] = own;
        machines = Sum(machines);
        return (machines[..Rank].Count(other => other == own), machines.Count(other => other == own));
    }

    /// <summary>Ends all processes at once, this one too.</summary>
    /// <param name="status">The exit status.</param>
    public void Abort(int status)
    {
        _aborts = true;
        Environment.ExitCode = status;
        _wake.Set();
        _thread.Join();
    }

    /// <summary>Ends MPI, once all processes have come here.</summary>
    public void Dispose()
    {
        _ends = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    /// <summary>An array at an address that stays.</summary>
    public static T[] Pinned<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        T[] array = GC.AllocateUninitializedArray<T>(values.Length, pinned: true);
        values.CopyTo(array);
        return array;
    }

    private double[] Reduce(ReadOnlySpan<double> values, nint operation)
    {
        double[] buffer = Pinned(values);
        Wait(Begin(() => _mpi.AllReduce(Address(buffer, 0), buffer.Length, _mpi.Double, operation)));
        return buffer;
    }

    private Task Begin(Func<nint> begin)
    {
        var exchange = new Exchange(begin);
        _begun.Enqueue(exchange);
        _wake.Set();
        return exchange.Over.Task;
    }

    private static nint Address<T>(T[] buffer, int first) => Marshal.UnsafeAddrOfPinnedArrayElement(buffer, first);

    /// <summary>The thread for MPI.</summary>
    private void Run()
    {
        try
        {
            _mpi.Start();
            (int rank, int size) = _mpi.Place();
            _sumOfShorts = _mpi.CreateOperator(_sumShort);
            nint beats = _mpi.Duplicate();
            _started.SetResult((rank, size));
            Poll(beats);
        }
        catch (MpiException e) when (!_started.Task.IsCompleted)
        {
            _started.SetException(e);
        }
        catch (MpiException e)
        {
            EndAll(e.Message);
        }
    }

    private void Poll(nint beats)
    {
        var underWay = new List<Exchange>();
        nint beat = _mpi.Barrier(beats);
        long beatBegun = Stopwatch.GetTimestamp();
        double count = 1;
        bool meets = true;
        while (!_ends || underWay.Count > 0 || !_begun.IsEmpty)
        {
            if (_aborts)
                Leave(Environment.ExitCode);
            while (_begun.TryDequeue(out Exchange? exchange))
            {
                if (underWay.Count == 0)
                    _busySince = Stopwatch.GetTimestamp();
                exchange.Request = exchange.Begin();
                underWay.Add(exchange);
            }
            if (underWay.Count > 0 && underWay.RemoveAll(exchange => exchange.IsOver(_mpi)) > 0 && underWay.Count == 0)
                Interlocked.Add(ref _busy, Stopwatch.GetTimestamp() - _busySince);
            if (meets && _mpi.Test(ref beat))
                meets = false;
            TimeSpan sinceBeat = Stopwatch.GetElapsedTime(beatBegun);
            if (meets && sinceBeat > LongestSilence)
                EndAll($"another process has not answered for {LongestSilence.TotalSeconds:F0} seconds");
            if (!meets && sinceBeat > BetweenBeats)
            {
                (beat, beatBegun, meets) = (_mpi.Barrier(beats), Stopwatch.GetTimestamp(), true);
                count++;
            }
            Pause(underWay.Count > 0);
        }
        // One process may be a barrier ahead of another: all go on to the last one that any has begun.
        double[] most = Pinned<double>([count]);
        for (nint request = _mpi.AllReduce(Address(most, 0), 1, _mpi.Double, _mpi.Largest); !_mpi.Test(ref request);)
            Pause(isBusy: true);
        for (; count < most[0] || meets; count++)
        {
            for (; meets && !_mpi.Test(ref beat);)
                Pause(isBusy: true);
            meets = count < most[0];
            if (meets)
                beat = _mpi.Barrier(beats);
        }
        _mpi.Finish();
    }

    /// <summary>Hot where somebody waits for what is under way; with pauses that leave the core to those who compute
    /// where nobody does.</summary>
    private void Pause(bool isBusy)
    {
        const int Microseconds = 50, Milliseconds = 50;
        if (!isBusy)
            _wake.WaitOne(Milliseconds);
        else if (Volatile.Read(ref _waiting) > 0 || OperatingSystem.IsWindows())
            Thread.Yield();
        else
            _ = Sleep(Microseconds);
    }

    /// <summary>Reports why the training cannot go on, whatever the other threads do, and ends all
    /// processes.</summary>
    private void EndAll(string why)
    {
        Console.Error.WriteLine($"error: process {Rank} of {Size}: {why}");
        Leave(1);
    }

    /// <summary>The launcher ends the others; where it does not, they notice that this one is gone.</summary>
    private void Leave(int status)
    {
        using var patience = new Timer(_ => Process.GetCurrentProcess().Kill(), null, TimeSpan.FromSeconds(5), default);
        _mpi.Abort(status);
        Environment.Exit(status);
    }

    /// <summary>Adds numbers in bfloat16, the upper halves of floats; ties round to even.</summary>
    private static void SumBFloat16(nint from, nint into, ref int count, nint type)
    {
        short[] a = new short[count], b = new short[count];
        Marshal.Copy(from, a, 0, count);
        Marshal.Copy(into, b, 0, count);
        for (int i = 0; i < b.Length; i++)
        {
            float sum = BitConverter.Int32BitsToSingle(a[i] << 16) + BitConverter.Int32BitsToSingle(b[i] << 16);
            int bits = BitConverter.SingleToInt32Bits(sum);
            // A NaN stays one, whatever its lower half.
            b[i] = (short)((float.IsNaN(sum) ? bits | 0x400000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
        Marshal.Copy(b, 0, into, b.Length);
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sleep(uint microseconds);

    /// <summary>What is under way.</summary>
    private sealed class Exchange(Func<nint> begin)
    {
        private nint _request;

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<nint> Begin { get; } = begin;

        public nint Request
        {
            set => _request = value;
        }

        public bool IsOver(MpiLibrary mpi)
        {
            if (!mpi.Test(ref _request))
                return false;
            Over.SetResult();
            return true;
        }
    }
}
