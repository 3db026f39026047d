namespace SoftPool.Trainer.StateDicts;

/// <summary>The checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    /// <summary>Eight tables, so that eight bytes take one step.</summary>
    private static readonly uint[][] Tables = Build();

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint low = crc ^ (uint)(bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24);
            crc = Tables[7][low & 0xFF] ^ Tables[6][low >> 8 & 0xFF] ^ Tables[5][low >> 16 & 0xFF]
                ^ Tables[4][low >> 24] ^ Tables[3][bytes[4]] ^ Tables[2][bytes[5]] ^ Tables[1][bytes[6]]
                ^ Tables[0][bytes[7]];
        }
        foreach (byte next in bytes)
            crc = Tables[0][(crc ^ next) & 0xFF] ^ crc >> 8;
        return ~crc;
    }

    private static uint[][] Build()
    {
        var tables = new uint[8][];
        for (int table = 0; table < tables.Length; table++)
        {
            tables[table] = new uint[256];
            for (uint index = 0; index < 256; index++)
            {
                uint crc = table == 0 ? index : tables[table - 1][index];
                for (int bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
                tables[table][index] = crc;
            }
        }
        return tables;
    }
}
