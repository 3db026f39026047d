using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.Trainer.Distributed;

/// <summary>
/// The C library of MPI on this machine, of one of three binary interfaces: that of MPICH and its kin (Intel MPI,
/// MVAPICH, Cray), whose handles are numbers; that of Open MPI, whose handles are addresses of what it exports; and the
/// standard one of <see href="https://www.mpi-forum.org/docs/mpi-5.0/mpi50-report.pdf">MPI 5.0</see>. A handle is
/// passed as an address in all of them: a C function that takes a number reads the lower half of the register.
/// </summary>
internal sealed class MpiLibrary
{
    /// <summary>The variable that names the library where none is found, or another than wanted.</summary>
    public const string Variable = "SOFTPOOL_MPI";

    private const int LongestError = 8192;

    private static readonly string[] Standard = ["libmpi_abi.so.0", "libmpi_abi.so", "libmpi_abi.dylib"];
    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.40.dylib"];
    private static readonly string[] Mpich =
    [
        "libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12", "libmpi_gnu.so.12", "libmpi.12.dylib", "libmpi.so",
    ];

    private readonly nint _library;
    private readonly InitThreadFunction _initThread;
    private readonly CommunicatorNumberFunction _rank, _size;
    private readonly CommunicatorFunction _duplicate;
    private readonly SetHandlerFunction _setHandler;
    private readonly ErrorStringFunction _errorString;
    private readonly AllReduceFunction _allReduce;
    private readonly BroadcastFunction _broadcast;
    private readonly BarrierFunction _barrier;
    private readonly TestFunction _test;
    private readonly CreateOperatorFunction _createOperator;
    private readonly FinalizeFunction _finalize;
    private readonly AbortFunction _abort;

    private MpiLibrary(nint library, string name)
    {
        _library = library;
        bool isOpenMpi = NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out nint world);
        bool isStandard = !isOpenMpi && name.Contains("mpi_abi", StringComparison.Ordinal);
        _initThread = Function<InitThreadFunction>("MPI_Init_thread");
        _rank = Function<CommunicatorNumberFunction>("MPI_Comm_rank");
        _size = Function<CommunicatorNumberFunction>("MPI_Comm_size");
        _duplicate = Function<CommunicatorFunction>("MPI_Comm_dup");
        _setHandler = Function<SetHandlerFunction>("MPI_Comm_set_errhandler");
        _errorString = Function<ErrorStringFunction>("MPI_Error_string");
        _allReduce = Function<AllReduceFunction>("MPI_Iallreduce");
        _broadcast = Function<BroadcastFunction>("MPI_Ibcast");
        _barrier = Function<BarrierFunction>("MPI_Ibarrier");
        _test = Function<TestFunction>("MPI_Test");
        _createOperator = Function<CreateOperatorFunction>("MPI_Op_create");
        _finalize = Function<FinalizeFunction>("MPI_Finalize");
        _abort = Function<AbortFunction>("MPI_Abort");
        // The numbers are those of each one's mpi.h.
        if (isOpenMpi)
        {
            (World, ReturnErrors) = (world, Export("ompi_mpi_errors_return"));
            (Float, Double, Short, Byte) = (Export("ompi_mpi_float"), Export("ompi_mpi_double"),
                Export("ompi_mpi_short"), Export("ompi_mpi_byte"));
            (Sum, Largest) = (Export("ompi_mpi_op_sum"), Export("ompi_mpi_op_max"));
            (InPlace, IgnoredStatus, Funneled) = (1, 0, 1);
            // By itself Open MPI adds in place along a tree: twice the bytes in each of its log2(p) levels.
            // Rabenseifner's algorithm sends 2(p-1)/p of them in all. The user's own choice stays.
            _ = SetVariable("OMPI_MCA_coll_libnbc_iallreduce_algorithm", "3", overwrite: 0);
        }
        else if (isStandard)
        {
            (World, ReturnErrors) = (0x101, 0x142);
            (Float, Double, Short, Byte) = (0x210, 0x214, 0x208, 0x247);
            (Sum, Largest) = (0x21, 0x23);
            (InPlace, IgnoredStatus, Funneled) = (1, 0, 1024);
        }
        else
        {
            (World, ReturnErrors) = (0x44000000, 0x54000001);
            (Float, Double, Short, Byte) = (0x4C00040A, 0x4C00080B, 0x4C000203, 0x4C00010D);
            (Sum, Largest) = (0x58000003, 0x58000001);
            (InPlace, IgnoredStatus, Funneled) = (-1, 1, 1);
        }
        Name = $"{name}, the interface of {(isOpenMpi ? "Open MPI" : isStandard ? "MPI 5" : "MPICH")}";
    }

    /// <summary>The file and the interface.</summary>
    public string Name { get; }

    /// <summary>All processes.</summary>
    public nint World { get; }

    /// <summary>The type of elements.</summary>
    public nint Float { get; }

    /// <inheritdoc cref="Float"/>
    public nint Double { get; }

    /// <inheritdoc cref="Float"/>
    public nint Short { get; }

    /// <inheritdoc cref="Float"/>
    public nint Byte { get; }

    /// <summary>The operation of a reduction.</summary>
    public nint Sum { get; }

    /// <inheritdoc cref="Sum"/>
    public nint Largest { get; }

    private nint ReturnErrors { get; }

    private nint InPlace { get; }

    private nint IgnoredStatus { get; }

    private int Funneled { get; }

    /// <summary>Loads the library that a launcher's processes use.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static MpiLibrary Load(Launcher launcher, Func<string, string?> variable)
    {
        string[] names = variable(Variable) is { Length: > 0 } given ? [given]
            : launcher.IsOpenMpi ? [.. OpenMpi, .. Standard] : [.. Standard, .. Mpich, .. OpenMpi];
        foreach (string name in names)
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                try
                {
                    return new MpiLibrary(library, name);
                }
                catch (EntryPointNotFoundException e)
                {
                    throw new UserErrorException($"{name} is no library of MPI: {e.Message}");
                }
            }
        throw new UserErrorException(
            $"{launcher.Name} has started {launcher.Size} processes, and no library of MPI loads, of "
            + $"{string.Join(", ", names)}: {Variable} names another.");
    }

    /// <summary>Begins MPI; all other calls come from the thread of this one.</summary>
    public void Start()
    {
        Check(_initThread(0, 0, Funneled, out _), "MPI_Init_thread");
        Check(_setHandler(World, ReturnErrors), "MPI_Comm_set_errhandler");
    }

    /// <summary>Which process this is, and how many there are.</summary>
    public (int Rank, int Size) Place()
    {
        Check(_rank(World, out int rank), "MPI_Comm_rank");
        Check(_size(World, out int size), "MPI_Comm_size");
        return (rank, size);
    }

    /// <summary>The same processes, for exchanges that are independent of others.</summary>
    public nint Duplicate()
    {
        nint copy = 0;
        Check(_duplicate(World, ref copy), "MPI_Comm_dup");
        Check(_setHandler(copy, ReturnErrors), "MPI_Comm_set_errhandler");
        return copy;
    }

    /// <summary>An operation on elements that MPI does not know; it does not depend on their order.</summary>
    /// <param name="reduce">Kept by the caller for as long as the operation is used.</param>
    public nint CreateOperator(Reduce reduce)
    {
        nint created = 0;
        Check(_createOperator(Marshal.GetFunctionPointerForDelegate(reduce), 1, ref created), "MPI_Op_create");
        return created;
    }

    /// <summary>Begins to reduce a buffer over all processes, in place.</summary>
    /// <returns>The request to <see cref="Test"/>.</returns>
    public nint AllReduce(nint buffer, int count, nint type, nint operation)
    {
        nint request = 0;
        Check(_allReduce(InPlace, buffer, count, type, operation, World, ref request), "MPI_Iallreduce");
        return request;
    }

    /// <summary>Begins to copy a buffer from process 0 to all.</summary>
    /// <inheritdoc cref="AllReduce" path="/returns"/>
    public nint Broadcast(nint buffer, int count)
    {
        nint request = 0;
        Check(_broadcast(buffer, count, Byte, 0, World, ref request), "MPI_Ibcast");
        return request;
    }

    /// <summary>Begins what ends when all processes have begun it.</summary>
    /// <inheritdoc cref="AllReduce" path="/returns"/>
    public nint Barrier(nint communicator)
    {
        nint request = 0;
        Check(_barrier(communicator, ref request), "MPI_Ibarrier");
        return request;
    }

    /// <summary>Whether a request is done, which it is given no second time; works on all that are under way.</summary>
    public bool Test(ref nint request)
    {
        Check(_test(ref request, out int done, IgnoredStatus), "MPI_Test");
        return done != 0;
    }

    /// <summary>Ends MPI.</summary>
    public void Finish() => Check(_finalize(), "MPI_Finalize");

    /// <summary>Ends all processes.</summary>
    public void Abort(int status) => _abort(World, status);

    private void Check(int status, string function)
    {
        if (status == 0)
            return;
        var text = new byte[LongestError];
        string reason = _errorString(status, text, out int length) == 0
            ? Encoding.UTF8.GetString(text, 0, length).Split('\n')[0].TrimEnd() : $"status {status}";
        throw new MpiException($"{function} failed: {reason}");
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private T Function<T>(string name) where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(Export(name));

    // What .NET sets itself is seen by .NET alone.
    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(string name, string value, int overwrite);

    /// <summary>Reduces elements: those behind the first address into those behind the second.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void Reduce(nint from, nint into, ref int count, nint type);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int InitThreadFunction(nint argumentCount, nint arguments, int required, out int provided);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CommunicatorNumberFunction(nint communicator, out int number);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CommunicatorFunction(nint communicator, ref nint created);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetHandlerFunction(nint communicator, nint handler);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int ErrorStringFunction(int status, byte[] text, out int length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int AllReduceFunction(
        nint from, nint into, int count, nint type, nint operation, nint communicator, ref nint request);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int BroadcastFunction(
        nint buffer, int count, nint type, int root, nint communicator, ref nint request);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int BarrierFunction(nint communicator, ref nint request);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int TestFunction(ref nint request, out int done, nint status);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CreateOperatorFunction(nint function, int commutative, ref nint operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int FinalizeFunction();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int AbortFunction(nint communicator, int status);
}
