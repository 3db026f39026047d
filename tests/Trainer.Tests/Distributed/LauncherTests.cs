using SoftPool.Trainer.Distributed;

namespace SoftPool.Trainer.Tests.Distributed;

/// <summary>What launchers tell, and which part of a batch a process takes.</summary>
[TestClass]
public sealed class LauncherTests
{
    [TestMethod]
    [DataRow("", null, 0, 0)]
    [DataRow("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4", "mpirun of Open MPI", 1, 4)]
    [DataRow("PMI_RANK=0 PMI_SIZE=2", "mpirun of MPICH", 0, 2)]
    [DataRow("SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=8 SLURM_NTASKS=8", "srun", 3, 8)]
    // A job's script has the number of tasks and is none of them.
    [DataRow("SLURM_PROCID=0 SLURM_NTASKS=8", null, 0, 0)]
    // srun --mpi=pmi2 and --mpi=pmix under a launcher of their own.
    [DataRow("SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2 PMI_RANK=1 PMI_SIZE=2", "mpirun of MPICH", 1, 2)]
    [DataRow("PMI_RANK=2 PMI_SIZE=2", null, 0, 0)]
    [DataRow("PMI_RANK=x PMI_SIZE=2", null, 0, 0)]
    public void Launchers_are_told_by_their_variables(string variables, string? name, int rank, int size)
    {
        Dictionary<string, string> values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Launcher? launcher = Launcher.Find(values.GetValueOrDefault);
        Assert.AreEqual(name, launcher?.Name);
        Assert.AreEqual((rank, size), (launcher?.Rank ?? 0, launcher?.Size ?? 0));
    }

    [TestMethod]
    public void One_process_is_no_distributed_training() => Assert.IsNull(Communicator.Start(
        name => name is "PMI_RANK" ? "0" : name is "PMI_SIZE" ? "1" : null));

    [TestMethod]
    public void Processes_without_a_library_are_told_so()
    {
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(() => Communicator.Start(
            name => name is "PMI_RANK" ? "0" : name is "PMI_SIZE" ? "2"
                : name == MpiLibrary.Variable ? "/nowhere/libmpi.so" : null));
        Assert.AreEqual(
            "mpirun of MPICH has started 2 processes, and no library of MPI loads, of /nowhere/libmpi.so: "
            + "SOFTPOOL_MPI names another.", e.Message);
        e = Assert.ThrowsExactly<UserErrorException>(() => Communicator.Start(
            name => name is "PMI_RANK" ? "0" : name is "PMI_SIZE" ? "2"
                : name == MpiLibrary.Variable ? (OperatingSystem.IsWindows() ? "kernel32" : "libc") : null));
        StringAssert.Contains(e.Message, "is no library of MPI");
    }

    [TestMethod]
    [DataRow(8, 1)]
    [DataRow(8, 3)]
    [DataRow(7, 7)]
    [DataRow(128, 6)]
    public void Parts_make_the_whole_and_differ_by_one_image_at_most(int images, int ranks)
    {
        int next = 0;
        double share = 0;
        foreach (int rank in Enumerable.Range(0, ranks))
        {
            BatchPart part = BatchPart.Of(images, rank, ranks);
            Assert.AreEqual((next, images), (part.First, part.Whole));
            Assert.IsTrue(part.Count == images / ranks || part.Count == images / ranks + 1);
            next += part.Count;
            share += part.Share;
        }
        Assert.AreEqual(images, next);
        Assert.AreEqual(1, share, 1e-12);
        Assert.AreEqual(new BatchPart(0, images, images), BatchPart.All(images));
    }
}
