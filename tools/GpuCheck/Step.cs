namespace SoftPool.GpuCheck;

/// <summary>What is found out one after the other, the most important first.</summary>
/// <param name="Name">Its name in rows.</param>
/// <param name="Title">Its heading on the page.</param>
/// <param name="Explanation">What it did, for a reader who was not there.</param>
/// <param name="Minutes">How long it may take: all together 25.</param>
/// <param name="Run">Does it.</param>
internal sealed record Step(string Name, string Title, string Explanation, double Minutes, Action<Check> Run)
{
    public static IReadOnlyList<Step> All { get; } =
    [
        new("facts", "The machine", "What the driver and the system say of the devices.", 0.5, Facts.Run),
        new(
            "self-test", "Kernels against the reference",
            "Every kernel, forced where the device would choose another one, ran small networks of odd sizes three "
            + "times. Its outputs are compared with a reference in C#. The problem is empty where they agree.",
            3.5, SelfTests.Run),
        new(
            "parity", "Networks against PyTorch",
            "Each layer is compared with what PyTorch computed with the same weights on another machine, and runs on "
            + "the same input have to give the same bits. Strict numerics has to give the bits that a CPU driver gave.",
            4, Parity.Run),
        new(
            "statistics", "The driver's compiler",
            "Registers, spills and the like of each kernel, under the driver's own names.", 1, Statistics.Run),
        new(
            "costs", "What single things cost",
            "Submissions, launches, barriers and copies by the clock of the CPU; the device's peaks of arithmetic and "
            + "of reading by its own. 'Copy' is the device's copy between its own memory and this kind.",
            1, Costs.Run),
        new(
            "variants", "Ways to compute layers",
            "Each convolution, linear layer and pool of the networks in each way that the runtime has, measured alone; "
            + "'chosen' is what the runtime takes without measuring. A product of matrices that divides its sums is "
            + "measured with other numbers of parts too.", 6.5, Variants.Run),
        new(
            "networks", "Whole networks",
            "From the input in the program's memory to the output there. 'images/s' with several runs in progress, and "
            + "with several threads.", 3.5, Networks.Run),
        new(
            "operators", "All operators under the validation layer",
            "Another process ran all cases of all operators under Khronos's validation layer, if the folder has it.",
            3, Children.RunOperators),
        new(
            "lost", "Long launches and a lost device",
            "Other processes ran launches of growing length, then one that never ends. The runtime has to report a "
            + "lost device, and a new device has to work afterwards, unless the driver does not recover.",
            2, Children.LoseDevice),
    ];
}
