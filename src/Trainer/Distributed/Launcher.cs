using System.Globalization;

namespace SoftPool.Trainer.Distributed;

/// <summary>What a launcher tells a process of the others that it has started.</summary>
/// <param name="Name">The launcher, for messages.</param>
/// <param name="Rank">Which process this is, from 0.</param>
/// <param name="Size">How many there are.</param>
/// <param name="Source">The variables that say so.</param>
internal sealed record Launcher(string Name, int Rank, int Size, string Source)
{
    /// <summary>The variables of each launcher; those of Slurm are set by srun alone, not in a job's script.</summary>
    private static readonly (string Name, string Rank, string Size)[] Known =
    [
        (OpenMpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
        ("mpirun of MPICH", "PMI_RANK", "PMI_SIZE"),
        ("srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
    ];

    private const string OpenMpi = "mpirun of Open MPI";

    /// <summary>Whether the processes wait for Open MPI.</summary>
    public bool IsOpenMpi => Name == OpenMpi;

    /// <summary>The launcher of this process; null if there is none.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static Launcher? Find(Func<string, string?> variable)
    {
        foreach ((string name, string rank, string size) in Known)
            if (Number(rank) is { } index && Number(size) is { } count && index < count)
                return new Launcher(name, index, count, $"{rank} and {size}");
        return null;

        int? Number(string name) =>
            int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number : null;
    }
}
