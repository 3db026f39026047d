using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Shards;

/// <summary>
/// The results of a part, on disk as they come: a line of the CSV file and a row of the .npy file for each picture, in
/// the list's order; of a picture that cannot be read the complaint, and a row of NaN. So a killed process leaves whole
/// lines and rows of the same pictures, but for the last ones, and the next goes on behind them.
/// </summary>
internal sealed class ShardWriter : IDisposable
{
    private readonly ShardDescription _description;
    private readonly string _folder;
    private readonly FileStream _table;
    private readonly FileStream _values;
    private readonly int _rowLength;
    private readonly StringBuilder _lines = new();

    /// <summary>Begins the files of a part, or opens those that are there behind what is whole in them.</summary>
    /// <exception cref="UserErrorException">The files are of another run, damaged, or in use.</exception>
    public ShardWriter(string folder, ShardDescription description)
    {
        (_folder, _description) = (folder, description);
        _rowLength = new TensorShape(description.OutputShape).ElementCount;
        Directory.CreateDirectory(folder);
        string descriptionPath = ShardFiles.Description(folder, description.Part);
        bool isThere = File.Exists(descriptionPath);
        if (isThere && ShardDescription.Read(descriptionPath).DifferenceFrom(description, "it") is { } difference)
            throw new UserErrorException(
                $"{descriptionPath} belongs to another run: {difference}; choose another folder, or remove it.");
        try
        {
            _table = RegularFile.OpenToGoOn(ShardFiles.Table(folder, description.Part));
        }
        catch (IOException e)
        {
            throw new UserErrorException(
                $"Part {description.Part} in {folder} cannot be written, perhaps because another process computes it: "
                + e.Message);
        }
        try
        {
            _values = RegularFile.OpenToGoOn(ShardFiles.Values(folder, description.Part));
            if (!isThere)
            {
                // Without its description a table is of nobody knows what.
                _table.SetLength(0);
                _values.SetLength(0);
                description.Write(descriptionPath);
            }
            GoOn();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The pictures of the part that are done.</summary>
    public int Done { get; private set; }

    /// <summary>Those of them that could not be read.</summary>
    public int Errors { get; private set; }

    /// <summary>The pictures of the part.</summary>
    public int Count => _description.Part.CountOf(_description.Pictures);

    /// <summary>Adds the next picture.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ranking">Its best classes with their probabilities; empty where it cannot be read.</param>
    /// <param name="error">Why it cannot be read, or null.</param>
    /// <param name="values">The output's values, or an empty span.</param>
    public void Add(
        string name, IReadOnlyList<(string Class, double Probability)> ranking, string? error,
        ReadOnlySpan<float> values)
    {
        _lines.Append(CultureInfo.InvariantCulture, $"{_description.Part.PictureAt(Done)},{CsvRecord.Quoted(name)},");
        for (int place = 0; place < _description.Top; place++)
            if (error is null)
                _lines.Append(
                    CultureInfo.InvariantCulture,
                    $"{CsvRecord.Quoted(ranking[place].Class)},{ranking[place].Probability:G6},");
            else
                _lines.Append(",,");
        _lines.Append(CsvRecord.Quoted(error ?? "")).Append('\n');
        if (error is null)
        {
            _values.Write(MemoryMarshal.AsBytes(values));
        }
        else
        {
            var missing = new float[_rowLength];
            missing.AsSpan().Fill(float.NaN);
            _values.Write(MemoryMarshal.AsBytes(missing.AsSpan()));
            Errors++;
        }
        Done++;
    }

    /// <summary>Hands all that was added to the system: the values first, because rows without a line are cut off when
    /// the part is continued.</summary>
    public void Flush()
    {
        _values.Flush();
        _table.Write(Encoding.UTF8.GetBytes(_lines.ToString()));
        _table.Flush();
        _lines.Clear();
    }

    /// <summary>Notes that the part is done.</summary>
    public void Complete()
    {
        Flush();
        _table.Flush(flushToDisk: true);
        _values.Flush(flushToDisk: true);
        (_description with { Complete = true, Errors = Errors })
            .Write(ShardFiles.Description(_folder, _description.Part));
    }

    public void Dispose()
    {
        _table.Dispose();
        _values?.Dispose();
    }

    /// <summary>Finds what is whole in both files, and cuts off the rest.</summary>
    private void GoOn()
    {
        byte[] header = NpyFile.Header([Count, .. _description.OutputShape]);
        long rowBytes = (long)_rowLength * sizeof(float);
        long rows = Math.Max(0, _values.Length - header.Length) / rowBytes;
        string columns = string.Join(',', _description.Columns) + "\n";
        long end = Encoding.UTF8.GetByteCount(columns);
        using (var text = new StreamReader(_table, Encoding.UTF8, false, -1, leaveOpen: true))
        {
            if (_table.Length >= end && !_description.Columns.SequenceEqual(CsvRecord.Read(text) ?? []))
                throw Damaged("its first line does not have the columns");
            for (; Done < rows && CsvRecord.Read(text) is { } record; Done++)
            {
                if (record.Length != _description.Columns.Length
                    || record[0] != _description.Part.PictureAt(Done).ToString(CultureInfo.InvariantCulture))
                    throw Damaged($"record {Done + 1} is not that of picture {_description.Part.PictureAt(Done)}");
                end += Encoding.UTF8.GetByteCount(string.Join(',', record.Select(CsvRecord.Quoted)) + "\n");
                Errors += record[^1].Length > 0 ? 1 : 0;
            }
        }
        if (Done > Count)
            throw Damaged($"it has {Done} records, and the part has {Count} pictures");
        if (Done == 0)
        {
            _table.SetLength(0);
            _table.Write(Encoding.UTF8.GetBytes(columns));
            _values.SetLength(0);
            _values.Write(header);
        }
        else
        {
            var written = new byte[header.Length];
            _values.Position = 0;
            _values.ReadExactly(written);
            if (!written.AsSpan().SequenceEqual(header))
                throw new UserErrorException(
                    $"{_values.Name} cannot be continued: its header is not that of {Count} pictures.");
            _table.SetLength(end);
            _values.SetLength(header.Length + Done * rowBytes);
        }
        _table.Seek(0, SeekOrigin.End);
        _values.Seek(0, SeekOrigin.End);

        UserErrorException Damaged(string why) =>
            new($"{_table.Name} cannot be continued: {why}; remove it to begin the part again.");
    }
}
