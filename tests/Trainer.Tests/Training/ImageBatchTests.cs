using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class ImageBatchTests
{
    [TestMethod]
    public void An_epoch_sees_every_image_at_most_once_and_each_in_another_order()
    {
        int[] first = ImageBatch.Shuffled(44, seed: 1, epoch: 0), second = ImageBatch.Shuffled(44, seed: 1, epoch: 1);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 44).ToArray(), first);
        CollectionAssert.AreNotEqual(first, second);
        CollectionAssert.AreNotEqual(first, ImageBatch.Shuffled(44, seed: 2, epoch: 0));
        CollectionAssert.AreEqual(first, ImageBatch.Shuffled(44, seed: 1, epoch: 0));
    }
}
