namespace SoftPool.Trainer.Distributed;

/// <summary>The images of a batch that one process computes, or computes at once: consecutive ones, as many as another process has, or one
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
    public static BatchPart Of(int images, int rank, int ranks) => All(images).Piece(rank, ranks);

    /// <summary>A piece of the part.</summary>
    /// <param name="piece">Which, from 0.</param>
    /// <param name="pieces">How many pieces the part is cut into.</param>
    public BatchPart Piece(int piece, int pieces)
    {
        int first = (int)((long)Count * piece / pieces);
        return new BatchPart(First + first, (int)((long)Count * (piece + 1) / pieces) - first, Whole);
    }
}
