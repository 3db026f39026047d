using System.Globalization;

namespace SoftPool.Trainer.Shards;

/// <summary>Reads a field of a line; null where it is not what is expected.</summary>
internal static class ImageField
{
    public static int? Integer(string field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    public static double? Real(string field) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;
}
