using System.Runtime.InteropServices;

namespace SoftPool.Verification;

/// <summary>What a certificate holds of one of the network's outputs: all values, or of a large output some, at the
/// places of a layer's samples; and where each input's largest is.</summary>
internal sealed class CertificateOutputs
{
    private readonly CertificateDocument _document;
    private readonly int _elements, _begin;
    private readonly long[] _places;

    /// <param name="document">The certificate.</param>
    /// <param name="graph">The network.</param>
    /// <param name="output">Which of its outputs.</param>
    public CertificateOutputs(CertificateDocument document, ModelGraph graph, int output = 0)
    {
        (_document, _elements) = (document, graph.Outputs[output].Shape.ElementCount);
        int[] samples = SamplesOfEach(document, graph)!;
        _begin = samples.Take(output).Sum();
        _places = new long[samples[output]];
        for (int sample = 0; sample < _places.Length; sample++)
            _places[sample] = LayerDigest.PlaceOf(sample, _places.Length, (long)document.Inputs.Count * _elements);
    }

    /// <summary>What is kept for one input.</summary>
    public ReadOnlySpan<float> Of(int input)
    {
        (int begin, int count) = SamplesOf(input);
        return MemoryMarshal.Cast<byte, float>(_document.Logits).Slice(_begin + begin, count);
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

    /// <summary>The place of the largest element for one input, of the only or first output.</summary>
    public int LargestOf(int input) => _document.Top1?[input] ?? PlaceOfLargest(Of(input));

    /// <summary>How many values are kept of each output: all, or so many, the same number for all that have more. Null
    /// where the certificate does not have as many as that.</summary>
    public static int[]? SamplesOfEach(CertificateDocument document, ModelGraph graph)
    {
        long[] counts = [.. graph.Outputs.Select(output => (long)document.Inputs.Count * output.Shape.ElementCount)];
        long rest = document.Logits.Length / sizeof(float), share = 0;
        int left = counts.Length;
        foreach (long count in counts.Order())
        {
            share = rest / left;
            if (share < count)
                break;
            rest -= count;
            left--;
        }
        return rest == left * share ? [.. counts.Select(count => (int)Math.Min(count, share))] : null;
    }

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
