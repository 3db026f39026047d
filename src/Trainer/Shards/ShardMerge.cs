using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;
using SoftPool.Files;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Shards;

/// <summary>Makes one file of the results of all parts, in the list's order, once it is sure that they are all there
/// and of one run.</summary>
internal sealed class ShardMerge
{
    /// <summary>The rows of a row group: a few megabytes of names.</summary>
    private const int RowsOfGroup = 100_000;

    private readonly string _folder;
    private readonly ShardDescription _run;

    private ShardMerge(string folder, IReadOnlyList<ShardDescription> parts)
    {
        (_folder, _run) = (folder, parts[0]);
        Errors = parts.Sum(part => part.Errors);
    }

    /// <summary>The pictures of the whole list.</summary>
    public int Pictures => _run.Pictures;

    /// <summary>The number of parts.</summary>
    public int Parts => _run.Shards;

    /// <summary>The pictures that could not be read.</summary>
    public int Errors { get; }

    /// <summary>Opens a folder of parts.</summary>
    /// <exception cref="UserErrorException">Parts are missing, not complete, or of different runs: the message lists
    /// all that is wrong.</exception>
    public static ShardMerge Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UserErrorException($"There is no folder {folder}.");
        IReadOnlyList<ShardDescription> parts = ShardFiles.ReadDescriptions(folder);
        if (parts.Count == 0 && ShardFiles.Tables(folder).Count > 0)
            throw new UserErrorException(
                $"{folder} holds parts of agree or report, which the same command with --parts puts together.");
        if (parts.Count == 0)
            throw new UserErrorException($"{folder} holds no part of a batch run: softpool run MODEL --list writes them.");
        var wrong = new List<string>();
        foreach (ShardDescription part in parts)
            if (part.DifferenceFrom(parts[0], $"part {part.Part}") is { } difference)
                wrong.Add(difference);
            else if (!part.Complete)
                wrong.Add($"part {part.Part} is not complete");
        if (wrong.Count == 0)
        {
            int[] missing = [.. Enumerable.Range(0, parts[0].Shards).Except(parts.Select(part => part.Shard))];
            if (missing.Length > 0)
                wrong.Add($"of {parts[0].Shards} parts these are missing: {string.Join(", ", missing)}");
        }
        return wrong.Count == 0
            ? new ShardMerge(folder, parts)
            : throw new UserErrorException($"The parts in {folder} make no whole: {string.Join("; ", wrong)}.");
    }

    /// <summary>Writes the file that an ending asks for, whole or not at all.</summary>
    /// <param name="path">A .csv or .parquet file of the tables, or a .npy file of the values.</param>
    /// <exception cref="UserErrorException">A part's file is not as its description says, or the ending is of no
    /// format that is written.</exception>
    public void Write(string path) => WholeFile.Write(path, FormatOf(path) switch
    {
        Format.Csv => WriteCsv,
        Format.Parquet => file => WriteParquetAsync(file).GetAwaiter().GetResult(),
        _ => WriteValues,
    });

    /// <exception cref="UserErrorException">The ending is of no format that is written.</exception>
    public static void CheckEnding(string path) => FormatOf(path);

    private static Format FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => Format.Csv,
        ".PARQUET" => Format.Parquet,
        ".NPY" => Format.Npy,
        _ => throw new UserErrorException($"merge writes .csv, .parquet and .npy; got {path}."),
    };

    private void WriteCsv(Stream file)
    {
        using var writer = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(string.Join(',', _run.Columns));
        foreach (string[] record in Records())
            writer.WriteLine(string.Join(',', record.Select(CsvRecord.Quoted)));
    }

    private async Task WriteParquetAsync(Stream file)
    {
        DataField[] fields =
        [
            .. _run.Columns.Select(column =>
                column == "index" ? new DataField<int>(column)
                : column.StartsWith("probability_", StringComparison.Ordinal) ? new DataField<double>(column, true)
                : new DataField(column, typeof(string), column != "picture")),
        ];
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file);
        foreach (string[][] rows in Records().Chunk(RowsOfGroup))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            for (int column = 0; column < fields.Length; column++)
            {
                string[] texts = [.. rows.Select(row => row[column])];
                if (fields[column].ClrType == typeof(int))
                    await group.WriteAsync<int>(
                        fields[column], texts.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray());
                else if (fields[column].ClrType == typeof(double))
                    await group.WriteAsync<double>(
                        fields[column],
                        texts.Select(text => text.Length == 0
                            ? (double?)null : double.Parse(text, CultureInfo.InvariantCulture)).ToArray());
                else
                    await group.WriteAsync(
                        fields[column],
                        texts.Select(text => text.Length == 0 ? null : text).ToArray());
            }
        }
    }

    /// <summary>All records in the list's order, each read from its part.</summary>
    private IEnumerable<string[]> Records()
    {
        StreamReader[] tables =
        [
            .. AllParts().Select(part =>
                new StreamReader(RegularFile.OpenRead(ShardFiles.Table(_folder, part)), Encoding.UTF8)),
        ];
        try
        {
            foreach (StreamReader table in tables)
                if (!_run.Columns.SequenceEqual(CsvRecord.Read(table) ?? []))
                    throw Broken(table, "it does not have the columns of its description");
            for (int picture = 0; picture < Pictures; picture++)
            {
                StreamReader table = tables[picture % Parts];
                string[]? record = CsvRecord.Read(table);
                yield return record?.Length == _run.Columns.Length
                    && record[0] == picture.ToString(CultureInfo.InvariantCulture)
                        ? record : throw Broken(table, $"the record of picture {picture} is missing");
            }
            foreach (StreamReader table in tables)
                if (table.Read() >= 0)
                    throw Broken(table, "it has more records than its part has pictures");
        }
        finally
        {
            foreach (StreamReader table in tables)
                table.Dispose();
        }

        static UserErrorException Broken(StreamReader table, string why) =>
            new($"{((FileStream)table.BaseStream).Name} is damaged: {why}.");
    }

    private void WriteValues(Stream file)
    {
        var row = new byte[new TensorShape(_run.OutputShape).ElementCount * sizeof(float)];
        FileStream[] values = [.. AllParts().Select(part => RegularFile.OpenRead(ShardFiles.Values(_folder, part)))];
        try
        {
            foreach ((Shard part, FileStream rows) in AllParts().Zip(values))
            {
                byte[] header = NpyFile.Header([part.CountOf(Pictures), .. _run.OutputShape]);
                var read = new byte[header.Length];
                if (rows.Length != header.Length + (long)part.CountOf(Pictures) * row.Length
                    || rows.Read(read) != read.Length || !read.AsSpan().SequenceEqual(header))
                    throw new UserErrorException(
                        $"{rows.Name} is damaged: it does not hold the values of {part.CountOf(Pictures)} pictures.");
            }
            file.Write(NpyFile.Header([Pictures, .. _run.OutputShape]));
            for (int picture = 0; picture < Pictures; picture++)
            {
                values[picture % Parts].ReadExactly(row);
                file.Write(row);
            }
        }
        finally
        {
            foreach (FileStream rows in values)
                rows.Dispose();
        }
    }

    private IEnumerable<Shard> AllParts() => Enumerable.Range(0, Parts).Select(index => new Shard(index, Parts));

    private enum Format
    {
        Csv,
        Parquet,
        Npy,
    }
}
