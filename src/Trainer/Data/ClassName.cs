using System.Globalization;
using System.Text;
using HarfBuzzSharp;

namespace SoftPool.Trainer.Data;

/// <summary>
/// What a class is called: its folder's name in Unicode's composed form, NFC. macOS and some archives write é as e with
/// an accent behind it. <see cref="string.Normalize()"/> does nothing in programs with invariant globalization, as this
/// one is.
/// </summary>
internal static class ClassName
{
    /// <summary>The name of the class in a folder.</summary>
    public static string Of(string folder)
    {
        if (Ascii.IsValid(folder))
            return folder;
        var runes = new List<int>();
        foreach (Rune rune in folder.EnumerateRunes())
            Decompose(rune.Value, runes);
        Order(runes);
        Compose(runes);
        return string.Concat(runes.Select(char.ConvertFromUtf32));
    }

    /// <summary>A name with what is not ASCII as escapes, for names that look alike.</summary>
    public static string Escaped(string name) => string.Concat(name.Select(
        letter => char.IsAscii(letter)
            ? $"{letter}" : string.Create(CultureInfo.InvariantCulture, $@"\u{(int)letter:X4}")));

    private static void Decompose(int rune, List<int> into)
    {
        if (!UnicodeFunctions.Default.TryDecompose(rune, out int first, out int second))
        {
            into.Add(rune);
            return;
        }
        Decompose(first, into);
        if (second != 0)
            into.Add(second);
    }

    /// <summary>Sorts the marks behind each letter by their class; those of one class keep their order.</summary>
    private static void Order(List<int> runes)
    {
        for (int i = 1; i < runes.Count; i++)
            for (int j = i; j > 0 && ClassOf(runes[j]) > 0 && ClassOf(runes[j - 1]) > ClassOf(runes[j]); j--)
                (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
    }

    /// <summary>Joins each mark with the letter before it where Unicode has one for both and no mark between is in the
    /// way.</summary>
    private static void Compose(List<int> runes)
    {
        int letter = -1, lastClass = -1; // The class of the mark before, -1 behind the letter itself.
        for (int i = 0; i < runes.Count; i++)
        {
            int own = ClassOf(runes[i]);
            if (letter >= 0 && lastClass < own
                && UnicodeFunctions.Default.TryCompose(runes[letter], runes[i], out int both))
            {
                runes[letter] = both;
                runes.RemoveAt(i--);
                continue;
            }
            if (own == 0)
                (letter, lastClass) = (i, -1);
            else
                lastClass = own;
        }
    }

    private static int ClassOf(int rune) => (int)UnicodeFunctions.Default.GetCombiningClass(rune);
}
