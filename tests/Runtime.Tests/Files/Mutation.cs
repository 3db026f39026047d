namespace SoftPool.Runtime.Tests.Files;

/// <summary>Seeded damage to bytes: of the kinds that a parser meets in the wild and from those who mean it.</summary>
internal static class Mutation
{
    private static readonly byte[][] Tokens =
    [
        [.. "null"u8], [.. "-1"u8], [.. "0"u8], [.. "2147483648"u8], [.. "9223372036854775807"u8], [.. "1e999"u8],
        [.. "{"u8], [.. "]"u8], [.. ","u8], [.. "\""u8], [.. "\\ud800"u8], [0], [0xFF], [0xEF, 0xBB, 0xBF],
    ];

    public static byte[] Of(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int place = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 24), bytes.Count - place);
            switch (random.Next(7))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(place, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(place, length));
                    break;
                case 4:
                    bytes.InsertRange(place, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 5:
                    ReplaceDigit(bytes, place, random);
                    break;
                default:
                    bytes[place % 8] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>The next digit becomes another one: the text stays well-formed and says something else.</summary>
    private static void ReplaceDigit(List<byte> bytes, int place, Random random)
    {
        int digit = bytes.FindIndex(place, value => value is >= (byte)'0' and <= (byte)'9');
        if (digit >= 0)
            bytes[digit] = (byte)('0' + random.Next(10));
    }
}
