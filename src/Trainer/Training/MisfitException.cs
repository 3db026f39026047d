namespace SoftPool.Trainer.Training;

/// <summary>Weights do not fit a network.</summary>
/// <param name="message">The weights and the network.</param>
/// <param name="misfits">What does not fit, its name, and its shape in the network and in the file.</param>
internal sealed class MisfitException(
    string message, IReadOnlyList<(string What, string Name, string Network, string File)> misfits)
    : Exception(message)
{
    /// <summary>The misfits as lines of a table, below a line of headings.</summary>
    public IEnumerable<string> Table()
    {
        string[][] rows =
        [
            ["", "name", "network", "file"],
            .. misfits.Select(misfit => (string[])[misfit.What, misfit.Name, misfit.Network, misfit.File]),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return rows.Select(row =>
            string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
