using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Reports;

[TestClass]
public sealed class WholeFolderTests
{
    [TestMethod]
    public void Files_are_written_into_a_new_folder_or_beside_others()
    {
        using var folder = new TemporaryFolder();
        string path = folder["out/er/report/"];
        WholeFolder.Write(path, new Dictionary<string, byte[]> { ["a"] = [1], ["b"] = [2] });
        File.WriteAllBytes(Path.Combine(path, "other"), [9]);
        WholeFolder.Write(path, new Dictionary<string, byte[]> { ["a"] = [3] });
        CollectionAssert.AreEqual(
            (string[])["a=3", "b=2", "other=9"],
            Directory.GetFiles(path).Order()
                .Select(file => $"{Path.GetFileName(file)}={File.ReadAllBytes(file)[0]}").ToArray());
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder["out/er"]));
    }

    [TestMethod]
    public void What_cannot_be_written_leaves_all_as_it_was()
    {
        using var folder = new TemporaryFolder();
        folder.Write("report", "a file in the place of the folder");
        Assert.Throws<IOException>(
            () => WholeFolder.Write(folder["report"], new Dictionary<string, byte[]> { ["a"] = [1] }));
        WholeFolder.Write(folder["kept"], new Dictionary<string, byte[]> { ["a"] = [1] });
        Assert.Throws<IOException>(
            () => WholeFolder.Write(
                folder["kept"], new Dictionary<string, byte[]> { ["a"] = [2], ["no/where"] = [2] }));
        Assert.AreEqual(1, File.ReadAllBytes(folder["kept/a"])[0]);
        CollectionAssert.AreEquivalent(
            (string[])["report", "kept"],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).ToArray());
    }
}
