using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SoftPool.Verification;

/// <summary>A report as JSON, for programs; docs/parity.md lists the fields, which keep their names and meanings. A
/// measure that is not finite is null: JSON has no NaN.</summary>
internal static class ParityJson
{
    private const int Version = 1;

    public static string Of(ParityReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, report);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, ParityReport report)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("network", report.Network);
        json.WriteBoolean("passed", report.Passed);
        json.WriteString("failure", report.Failure);
        json.WriteString("first_failing_layer", report.FirstFailure?.Layer);
        json.WriteStartArray("changes");
        foreach (string change in report.Changes)
            json.WriteStringValue(change);
        json.WriteEndArray();
        WriteDevice(json, report);
        WriteCertificate(json, report.Certificate);
        json.WriteStartObject("gates");
        Number(json, "layer_nmse", report.Tolerances.LayerNmse);
        Number(json, "output_error", report.Tolerances.OutputError);
        Number(json, "top1_share", report.Tolerances.Top1Share);
        json.WriteEndObject();
        json.WriteNumber("items", report.Items);
        json.WriteNumber("top1_agreements", report.Top1Agreements);
        if (report.Pictures is { } pictures)
        {
            json.WriteStartObject("pictures");
            WriteComparison(json, pictures);
            json.WriteEndObject();
        }
        else
            json.WriteNull("pictures");
        json.WriteStartArray("layers");
        foreach (LayerParity layer in report.Layers)
            WriteLayer(json, layer);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDevice(Utf8JsonWriter json, ParityReport report)
    {
        if (report.Device is { } device)
        {
            json.WriteStartObject("device");
            json.WriteString("name", device.Name);
            json.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(device.Kind.ToString()));
            json.WriteString("driver", device.Driver);
            json.WriteString("vulkan", device.ApiVersion.ToString());
            json.WriteEndObject();
        }
        else
            json.WriteNull("device");
        if (report.Options is { } options)
        {
            json.WriteStartObject("options");
            json.WriteNumber("batch", options.Batch);
            json.WriteBoolean("fuse", options.Fuse);
            json.WriteBoolean("fp16", options.Fp16);
            json.WriteString("numerics", JsonNamingPolicy.SnakeCaseLower.ConvertName(options.Numerics.ToString()));
            json.WriteEndObject();
        }
        else
            json.WriteNull("options");
    }

    private static void WriteCertificate(Utf8JsonWriter json, Certificate? certificate)
    {
        if (certificate is null)
        {
            json.WriteNull("certificate");
            return;
        }
        json.WriteStartObject("certificate");
        json.WriteString("framework", certificate.Framework);
        json.WriteString("device", certificate.Device);
        json.WriteString("date", certificate.Date);
        json.WriteString("sha256", certificate.Sha256);
        json.WriteNumber("inputs", certificate.Inputs);
        json.WriteNumber("pictures", certificate.Pictures);
        json.WriteEndObject();
    }

    private static void WriteLayer(Utf8JsonWriter json, LayerParity layer)
    {
        json.WriteStartObject();
        json.WriteString("layer", layer.Layer);
        json.WriteStartArray("shape");
        foreach (int extent in layer.Shape.Extents)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteBoolean("passed", layer.Passed);
        WriteComparison(json, layer.Comparison);
        Number(json, "largest_nmse", layer.LargestNmse);
        if (layer.Statistics is { } statistics)
        {
            json.WriteStartObject("statistics");
            WriteStatistics(json, "expected", statistics.Expected);
            WriteStatistics(json, "actual", statistics.Actual);
            json.WriteEndObject();
        }
        else
            json.WriteNull("statistics");
        json.WriteEndObject();
    }

    private static void WriteComparison(Utf8JsonWriter json, TensorComparison comparison)
    {
        json.WriteNumber("compared", comparison.Count);
        Number(json, "max_error", comparison.MaxError);
        Number(json, "max_value", comparison.MaxValue);
        Number(json, "relative_error", comparison.RelativeError);
        Number(json, "max_ulp", comparison.MaxUlp);
        Number(json, "nmse", comparison.Nmse);
    }

    private static void WriteStatistics(Utf8JsonWriter json, string name, LayerStatistics statistics)
    {
        json.WriteStartObject(name);
        Number(json, "min", statistics.Min);
        Number(json, "max", statistics.Max);
        Number(json, "mean", statistics.Mean);
        Number(json, "norm", statistics.Norm);
        json.WriteNumber("non_finite", statistics.NonFinite);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
