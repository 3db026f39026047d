using System.Text;

namespace SoftPool.Trainer.Pickles;

/// <summary>A string in a pickle, as a view of the file's bytes: Python 2's str, Python 3's bytes or bytearray, or
/// text.</summary>
internal sealed class PickleString(ReadOnlyMemory<byte> bytes, bool isText)
{
    /// <summary>The bytes; those of text are its UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>The string as text; Python 2 made no difference, and its files hold ASCII.</summary>
    public override string ToString() => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>True where the string reads as this word.</summary>
    public bool Is(string word) => bytes.Length == word.Length && ToString() == word;

    /// <summary>The bytes that Python 3 hides in text where protocol 2 has no bytes: a character for each.</summary>
    /// <exception cref="FormatException">It is no text, or a character is none of the first 256.</exception>
    public PickleString EncodeLatin1()
    {
        if (!isText)
            throw new FormatException("it encodes what is no text");
        ReadOnlySpan<byte> utf8 = bytes.Span;
        var latin1 = new byte[utf8.Length];
        int length = 0;
        for (int i = 0; i < utf8.Length; i++)
            if (utf8[i] < 0x80)
                latin1[length++] = utf8[i];
            // Two bytes, 110000xx 10xxxxxx, are the characters from 128 to 255.
            else if (utf8[i] is 0xc2 or 0xc3 && i + 1 < utf8.Length && utf8[i + 1] >> 6 == 0b10)
                latin1[length++] = (byte)((utf8[i] << 6) | (utf8[++i] & 0x3f));
            else
                throw new FormatException("its text is not of the Latin-1 characters that stand for bytes");
        return new PickleString(latin1.AsMemory(0, length), isText: false);
    }
}
