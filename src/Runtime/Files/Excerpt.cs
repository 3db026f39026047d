namespace SoftPool.Files;

/// <summary>Text that comes from a file, as a message may repeat it: not endless, and without characters that steer a
/// terminal.</summary>
internal static class Excerpt
{
    private const int LargestLength = 500;

    public static string Of(string text) => string.Create(
        Math.Min(text.Length, LargestLength), text, (shown, whole) =>
        {
            whole.AsSpan(0, shown.Length).CopyTo(shown);
            foreach (ref char character in shown)
                if (char.IsControl(character))
                    character = '?';
            if (whole.Length > shown.Length)
                "...".CopyTo(shown[^3..]);
        });
}
