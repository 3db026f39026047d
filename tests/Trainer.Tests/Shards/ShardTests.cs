using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Tests.Shards;

/// <summary>Which part of a list a process takes: by --shard, or by what launchers put into the environment.</summary>
[TestClass]
public sealed class ShardTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(7)]
    public void The_parts_have_every_picture_once(int count)
    {
        const int Pictures = 23;
        Shard[] shards = [.. Enumerable.Range(0, count).Select(index => new Shard(index, count))];
        CollectionAssert.AreEqual(
            Enumerable.Range(0, Pictures).ToArray(),
            shards.SelectMany(shard => Enumerable.Range(0, shard.CountOf(Pictures)).Select(shard.PictureAt)).Order()
                .ToArray());
        foreach (Shard shard in shards)
            Assert.AreEqual(Enumerable.Range(0, Pictures).Count(shard.Has), shard.CountOf(Pictures));
    }

    [TestMethod]
    [DataRow(null, "", "0/1")]
    [DataRow("2/5", "PMI_RANK=1 PMI_SIZE=4", "2/5")]
    [DataRow(null, "PMI_RANK=1 PMI_SIZE=4", "1/4")]
    [DataRow(null, "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4", "3/4")]
    [DataRow(null, "SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=8 SLURM_NTASKS=8", "0/8")]
    [DataRow("8", "SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=8", "5/8")]
    // A job's script knows of the job's tasks, and is none of them.
    [DataRow(null, "SLURM_PROCID=0 SLURM_NTASKS=8", "0/1")]
    // Launchers that use one another: the one that is asked first has started this process.
    [DataRow(
        null, "SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1 OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4", "3/4")]
    [DataRow("8", "JOB_COMPLETION_INDEX=7", "7/8")]
    [DataRow(null, "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7", "1/3")]
    [DataRow(
        null,
        "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=2 SLURM_PROCID=1 "
            + "SLURM_STEP_NUM_TASKS=4", "9/12")]
    [DataRow(null, "PMI_RANK=4 PMI_SIZE=4", "0/1")] // no launcher says so
    public void A_process_takes_the_part_that_it_is_given(string? given, string environment, string expected) =>
        Assert.AreEqual(expected, Shard.Choose(given, Variables(environment)).Shard.ToString());

    [TestMethod]
    [DataRow("4/4", "", "--shard takes i/n with i from 0 to n - 1, such as 0/4; got 4/4.")]
    [DataRow("-1/4", "", "--shard takes i/n with i from 0 to n - 1, such as 0/4, or n alone; got -1/4.")]
    [DataRow("0", "", "--shard takes i/n with i from 0 to n - 1, such as 0/4, or n alone; got 0.")]
    [DataRow("4", "", "--shard 4 leaves the index to the launcher, and no launcher gives one of 4; give i/4.")]
    [DataRow(
        "4", "PMI_RANK=1 PMI_SIZE=8",
        "--shard 4 leaves the index to the launcher, and no launcher gives one of 4; give i/4.")]
    [DataRow(
        null, "JOB_COMPLETION_INDEX=3",
        "JOB_COMPLETION_INDEX is 3, and Kubernetes does not tell the number of completions: give it as --shard N, or 0/1 for all.")]
    [DataRow(
        null, "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=8",
        "The tasks of this Slurm array are not evenly spaced, so that none can tell its place: give --shard i/n.")]
    public void What_leaves_the_part_open_is_refused(string? given, string environment, string message) =>
        Assert.AreEqual(
            message,
            Assert.ThrowsExactly<UserErrorException>(() => Shard.Choose(given, Variables(environment))).Message);

    private static Func<string, string?> Variables(string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return variables.GetValueOrDefault;
    }
}
