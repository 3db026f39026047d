namespace SoftPool.Trainer.Shards;

/// <summary>What is found out about an image, as the fields of a line behind the image's number.</summary>
/// <typeparam name="T">The type itself.</typeparam>
internal interface IImageLine<T> where T : struct, IImageLine<T>
{
    /// <summary>The names of the fields, with commas between them.</summary>
    static abstract string Columns { get; }

    /// <summary>The fields, with commas between them and none within.</summary>
    string Fields { get; }

    /// <summary>Reads the fields; null where they are none.</summary>
    static abstract T? Parse(ReadOnlySpan<string> fields);
}
