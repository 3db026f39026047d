namespace SoftPool.Execution;

/// <summary>Items of a batch that are computed at once. Where a device's limits do not take the whole batch, it is
/// computed part by part: no item has to do with another.</summary>
/// <param name="Index">Which part.</param>
/// <param name="First">Its first item. The last part ends with the batch, so it may begin with items of the part before
/// it, whose outputs it gives again.</param>
/// <param name="Items">As many as the plan computes.</param>
internal readonly record struct BatchPart(int Index, int First, int Items)
{
    /// <summary>The parts of a batch.</summary>
    /// <param name="batch">The items of the batch.</param>
    /// <param name="items">The items of a part.</param>
    public static BatchPart[] Of(int batch, int items) =>
    [
        .. Enumerable.Range(0, (batch + items - 1) / items)
            .Select(index => new BatchPart(index, Math.Min(index * items, batch - items), items)),
    ];
}
