using System.Numerics;
using System.Runtime.InteropServices;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>
/// Softmax regression on the raw pixels, by stochastic gradient descent with a falling rate: how much of a data set
/// can be told without looking at shapes.
/// </summary>
internal static class LinearClassifier
{
    private const int Epochs = 10;
    private const float Rate = 2e-3f;

    /// <summary>Trains on the one split and returns the fraction of the other that it classifies rightly.</summary>
    public static double TestAccuracy(ImageDataset data)
    {
        int classes = data.ClassNames.Count, inputs = data.Train.Image(0).Length;
        var weights = new float[classes][];
        for (int c = 0; c < classes; c++)
            weights[c] = new float[inputs];
        float[] image = new float[inputs], logits = new float[classes];
        var random = new SplitMix64(1);
        int steps = Epochs * data.Train.Count;
        for (int step = 0; step < steps; step++)
        {
            int index = random.Below(data.Train.Count);
            Classify(data.Train.Image(index), weights, image, logits);
            float largest = logits.Max(), sum = 0;
            foreach (float logit in logits)
                sum += MathF.Exp(logit - largest);
            for (int c = 0; c < classes; c++)
            {
                float error = MathF.Exp(logits[c] - largest) / sum - (c == data.Train.Labels.Span[index] ? 1 : 0);
                AddScaled(weights[c], image, -Rate * (1 - (float)step / steps) * error);
            }
        }
        int right = 0;
        for (int index = 0; index < data.Test.Count; index++)
            if (Classify(data.Test.Image(index), weights, image, logits) == data.Test.Labels.Span[index])
                right++;
        return (double)right / data.Test.Count;
    }

    private static int Classify(ReadOnlySpan<byte> pixels, float[][] weights, float[] image, float[] logits)
    {
        for (int i = 0; i < image.Length; i++)
            image[i] = pixels[i] / 127.5f - 1;
        for (int c = 0; c < logits.Length; c++)
            logits[c] = Dot(weights[c], image);
        return Array.IndexOf(logits, logits.Max());
    }

    private static float Dot(float[] left, float[] right)
    {
        Vector<float> sum = default;
        ReadOnlySpan<Vector<float>> a = MemoryMarshal.Cast<float, Vector<float>>(left);
        ReadOnlySpan<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(right);
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return Vector.Sum(sum);
    }

    private static void AddScaled(float[] target, float[] addend, float scale)
    {
        Span<Vector<float>> a = MemoryMarshal.Cast<float, Vector<float>>(target.AsSpan());
        ReadOnlySpan<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(addend);
        for (int i = 0; i < a.Length; i++)
            a[i] += b[i] * scale;
    }
}
