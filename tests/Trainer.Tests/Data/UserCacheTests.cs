using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class UserCacheTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_cache_is_where_the_user_wants_it()
    {
        string? before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string usual = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "softpool");
        try
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "/some/where");
            Assert.AreEqual("/some/where/softpool", UserCache.Folder);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "not/rooted");
            Assert.AreEqual(usual, UserCache.Folder);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
            Assert.AreEqual(usual, UserCache.Folder);
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
        }
    }
}
