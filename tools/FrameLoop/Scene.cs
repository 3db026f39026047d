namespace SoftPool.FrameLoop;

/// <summary>A bright disc that swings over a dark ground: what the program draws, and the network sees.</summary>
internal sealed class Scene(TensorShape shape)
{
    private const int Columns = 60;

    /// <summary>The picture, (C, H, W).</summary>
    public float[] Pixels { get; } = new float[shape.ElementCount];

    /// <summary>Draws a frame, into <see cref="Pixels"/> and as one line in the terminal.</summary>
    public void Draw(int number)
    {
        double place = 0.5 + 0.4 * Math.Sin(number / 10.0);
        (int height, int width) = (shape[1], shape[2]);
        for (int i = 0; i < Pixels.Length; i++)
        {
            double x = (double)(i % width) / width - place, y = (double)(i / width % height) / height - 0.5;
            Pixels[i] = x * x + y * y < 0.04 ? 1 : -1;
        }
        if (!Console.IsOutputRedirected)
            Console.Write(
                $"\r{new string(' ', (int)(place * Columns))}(_){new string(' ', Columns - (int)(place * Columns))}");
    }

    /// <summary>Takes the line away.</summary>
    public static void Clear()
    {
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{new string(' ', Columns + 3)}\r");
    }
}
