using System.Runtime.InteropServices;

namespace SoftPool.Verification;

/// <summary>The outputs that a certificate holds: all values, or of large outputs some, at the places of a layer's
/// samples, and where each input's largest is.</summary>
internal sealed class CertificateOutputs
{
    private readonly CertificateDocument _document;
    private readonly int _elements;
    private readonly long[] _places;

    public CertificateOutputs(CertificateDocument document, ModelGraph graph)
    {
        (_document, _elements) = (document, graph.OutputShape.ElementCount);
        _places = new long[document.Logits.Length / sizeof(float)];
        for (int sample = 0; sample < _places.Length; sample++)
            _places[sample] = LayerDigest.PlaceOf(sample, _places.Length, (long)document.Inputs.Count * _elements);
    }

    /// <summary>What is kept for one input.</summary>
    public ReadOnlySpan<float> Of(int input)
    {
        (int begin, int count) = SamplesOf(input);
        return MemoryMarshal.Cast<byte, float>(_document.Logits).Slice(begin, count);
    }

    /// <summary>The values at the same places of a device's output for this input.</summary>
    public float[] Of(int input, ReadOnlySpan<float> output)
    {
        (int begin, int count) = SamplesOf(input);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = output[(int)(_places[begin + i] - (long)input * _elements)];
        return values;
    }

    /// <summary>The place of the largest output for one input.</summary>
    public int LargestOf(int input) => _document.Top1?[input] ?? PlaceOfLargest(Of(input));

    /// <summary>The first place of the largest value.</summary>
    public static int PlaceOfLargest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[largest])
                largest = i;
        return largest;
    }

    private (int Begin, int Count) SamplesOf(int input)
    {
        int begin = FirstAt((long)input * _elements);
        return (begin, FirstAt((input + 1L) * _elements) - begin);
    }

    private int FirstAt(long place)
    {
        int found = Array.BinarySearch(_places, place);
        return found < 0 ? ~found : found;
    }
}
