using System.Globalization;
using System.Text;

namespace SoftPool.Trainer.Verification;

/// <summary>What torch and a device made of one image.</summary>
/// <param name="Label">The image's class.</param>
/// <param name="Torch">The class of torch's largest logit.</param>
/// <param name="Vulkan">The class of the device's.</param>
/// <param name="Difference">The largest difference of two logits; NaN where one is.</param>
/// <param name="Largest">The largest of torch's logits, as an absolute value.</param>
internal readonly record struct ImageAgreement(int Label, int Torch, int Vulkan, double Difference, double Largest);

/// <summary>
/// A line for each image that is done, on disk before the next batch begins: whatever ends the program, the same
/// command goes on behind the last whole line. Above them stands what is compared; lines of another comparison are not
/// gone on with.
/// </summary>
internal sealed class AgreementLog : IDisposable
{
    private const string Columns = "image,label,torch,vulkan,difference,largest_logit";

    private readonly List<ImageAgreement> _images = [];
    private readonly StreamWriter _writer;

    /// <param name="path">The file, which is made where there is none.</param>
    /// <param name="subject">What is compared, in one line.</param>
    /// <exception cref="UserErrorException">The file is of something else.</exception>
    public AgreementLog(string path, string subject)
    {
        string header = $"# {subject}\n{Columns}\n";
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        bool begun = text.StartsWith(header, StringComparison.Ordinal);
        if (!begun && !header.StartsWith(text, StringComparison.Ordinal))
            throw new UserErrorException(
                $"{path} belongs to another comparison than {subject}: name another file, or remove it.");
        // A kill may have cut off the last line.
        string whole = begun ? text[..(text.LastIndexOf('\n') + 1)] : header;
        foreach (string line in whole[header.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            _images.Add(Parse(line, _images.Count) ?? throw new UserErrorException(
                $"{path} cannot be continued: line {_images.Count + 3} is '{line}', not the numbers of "
                + $"image {_images.Count}."));
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.SetLength(begun ? Encoding.UTF8.GetByteCount(whole) : 0);
        file.Seek(0, SeekOrigin.End);
        _writer = new StreamWriter(file) { NewLine = "\n" };
        if (!begun)
            _writer.Write(header);
        _writer.Flush();
    }

    /// <summary>The images done, in order from the first of the set.</summary>
    public IReadOnlyList<ImageAgreement> Images => _images;

    public void Add(IEnumerable<ImageAgreement> images)
    {
        foreach (ImageAgreement image in images)
        {
            _writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_images.Count},{image.Label},{image.Torch},{image.Vulkan},{image.Difference:R},{image.Largest:R}"));
            _images.Add(image);
        }
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    private static ImageAgreement? Parse(string line, int place)
    {
        string[] fields = line.Split(',');
        return fields.Length == 6 && Integer(0) == place && Integer(1) is int label
            && Integer(2) is int torch && Integer(3) is int vulkan
                && Number(4) is double difference && Number(5) is double largest
            ? new ImageAgreement(label, torch, vulkan, difference, largest)
            : null;

        int? Integer(int field) =>
            int.TryParse(fields[field], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

        double? Number(int field) =>
            double.TryParse(fields[field], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? value : null;
    }
}
