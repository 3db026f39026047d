using System.Text;

namespace SoftPool.Trainer.Shards;

/// <summary>A record of a CSV file, as RFC 4180 has it but for the line's end, which is a line feed. Names of files may
/// have commas, quotes and even line feeds.</summary>
internal static class CsvRecord
{
    /// <summary>A field, in quotes where it needs them.</summary>
    public static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\n\r") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;

    /// <summary>Reads the next record.</summary>
    /// <returns>Its fields; null where the text ends, or breaks off before the record's line feed.</returns>
    public static string[]? Read(TextReader text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        while (text.Read() is >= 0 and var read)
        {
            char character = (char)read;
            if (character == '"')
            {
                // Two quotes inside of quotes are one of the field.
                if (quoted && text.Peek() == '"')
                    field.Append((char)text.Read());
                else
                    quoted = !quoted;
            }
            else if (quoted || character is not (',' or '\n'))
            {
                field.Append(character);
            }
            else
            {
                fields.Add(field.ToString());
                field.Clear();
                if (character == '\n')
                    return [.. fields];
            }
        }
        return null;
    }
}
