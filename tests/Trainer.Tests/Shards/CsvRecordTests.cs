using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Tests.Shards;

/// <summary>Fields of every kind come back, and what breaks off is no record.</summary>
[TestClass]
public sealed class CsvRecordTests
{
    private static readonly string[][] Records =
    [
        ["index", "picture", ""], ["0", "a,b \"c\".jpg", "two\nlines"], ["1", "\r", "\""], ["", "", ""],
    ];

    [TestMethod]
    public void Records_come_back()
    {
        using var text = new StringReader(Text);
        foreach (string[] record in Records)
            CollectionAssert.AreEqual(record, CsvRecord.Read(text));
        Assert.IsNull(CsvRecord.Read(text));
    }

    [TestMethod]
    public void Of_a_text_that_is_cut_off_only_whole_records_are_read()
    {
        for (int length = 0; length < Text.Length; length++)
        {
            using var text = new StringReader(Text[..length]);
            int read = 0;
            while (CsvRecord.Read(text) is { } record)
                CollectionAssert.AreEqual(Records[read++], record);
            Assert.IsLessThan(Records.Length, read);
        }
    }

    private static string Text =>
        string.Concat(Records.Select(record => string.Join(',', record.Select(CsvRecord.Quoted)) + "\n"));
}
