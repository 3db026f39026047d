namespace SoftPool.Trainer.Distributed;

/// <summary>The images of a batch that one process computes: consecutive ones, as many as another process has, or one
/// more.</summary>
/// <param name="First">The place of the first in the whole batch.</param>
/// <param name="Count">How many.</param>
/// <param name="Whole">The images of the whole batch.</param>
internal readonly record struct BatchPart(int First, int Count, int Whole)
{
    /// <summary>The part's share of the batch.</summary>
    public double Share => (double)Count / Whole;

    /// <summary>The whole batch.</summary>
    public static BatchPart All(int images) => new(0, images, images);

    /// <summary>The part of one process of several.</summary>
    public static BatchPart Of(int images, int rank, int ranks)
    {
        int first = (int)((long)images * rank / ranks);
        return new BatchPart(first, (int)((long)images * (rank + 1) / ranks) - first, images);
    }
}
