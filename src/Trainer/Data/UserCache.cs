namespace SoftPool.Trainer.Data;

/// <summary>Where the system wants programs to keep what they can fetch again.</summary>
internal static class UserCache
{
    /// <summary>This program's folder there; it need not exist.</summary>
    public static string Folder => Path.Combine(Root, "softpool");

    private static string Root
    {
        get
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (OperatingSystem.IsWindows())
                return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            if (OperatingSystem.IsMacOS())
                return Path.Combine(home, "Library", "Caches");
            // The XDG specification has relative paths ignored.
            string? chosen = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return Path.IsPathRooted(chosen) ? chosen! : Path.Combine(home, ".cache");
        }
    }
}
