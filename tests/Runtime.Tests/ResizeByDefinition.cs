namespace SoftPool.Runtime.Tests;

/// <summary>What a picture becomes, as docs/format.md says it: in double and whole numbers, pixel by pixel, without
/// anything of the code that it is held against.</summary>
internal static class ResizeByDefinition
{
    /// <summary>Pictures of odd forms, width by height.</summary>
    public static readonly (int Width, int Height)[] Sizes =
    [
        (33, 57), (101, 37), (1, 1), (1, 9), (7, 5), (31, 24), (1500, 3), (3, 1500), (600, 500),
    ];

    /// <summary>Ways to make 31x24 pixels of them.</summary>
    public static readonly Resize[] Ways =
    [
        new Stretch(),
        new Stretch { Interpolation = Interpolation.Bicubic },
        new Stretch { Interpolation = Interpolation.Nearest },
        new Stretch { Antialias = false },
        new CenterCrop(40),
        new CenterCrop(41) { Interpolation = Interpolation.Bicubic },
        new CenterCrop(20) { Antialias = false },
        new CenterCrop(20) { Interpolation = Interpolation.Nearest },
        new Letterbox(114),
        new Letterbox(7) { Interpolation = Interpolation.Bicubic },
        new Letterbox(255) { Interpolation = Interpolation.Nearest },
        new Letterbox(0) { Antialias = false },
    ];

    /// <summary>A picture whose bytes are random, with so many 0 and 255 that bicubic sums overshoot.</summary>
    public static Image Picture(int width, int height, PixelFormat format = PixelFormat.Rgb8)
    {
        var random = new Random(width * 7919 + height);
        var pixels = new byte[width * height * (format == PixelFormat.Rgb8 ? 3 : 4)];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(random.Next(-200, 456), 0, 255);
        return new Image(pixels, width, height, format);
    }

    /// <summary>The network's input, (3, height, width).</summary>
    public static double[] Compute(Image image, int height, int width, Preprocessing preprocessing)
    {
        Resize resize = preprocessing.Resize;
        (long tall, long wide, long top, long left, int around) = Place(image, height, width, resize);
        List<(int Source, double Weight)>[] rows = Weights(image.Height, tall, top, height, resize),
            columns = Weights(image.Width, wide, left, width, resize);
        int bytes = image.Format == PixelFormat.Rgb8 ? 3 : 4;
        byte[] pixels = image.Pixels.ToArray();
        var result = new double[3 * height * width];
        for (int c = 0; c < 3; c++)
        {
            int place = image.Format == PixelFormat.Bgra8 ? 2 - c : c;
            for (int x = 0; x < width; x++)
            {
                double[] column = [.. Enumerable.Range(0, image.Height).Select(y => columns[x].Sum(
                    tap => tap.Weight * pixels[(y * image.Width + tap.Source) * bytes + place]))];
                for (int y = 0; y < height; y++)
                {
                    double value = rows[y].Count == 0 || columns[x].Count == 0
                        ? around : Math.Clamp(rows[y].Sum(tap => tap.Weight * column[tap.Source]), 0, 255);
                    result[(c * height + y) * width + x] =
                        (value / 255 - preprocessing.Mean[c]) / preprocessing.StandardDeviation[c];
                }
            }
        }
        return result;
    }

    /// <summary>Height and width of the resized picture, the row and the column of the output where it begins, and what
    /// is around it.</summary>
    private static (long, long, long, long, int) Place(Image image, int height, int width, Resize resize)
    {
        (long h, long w) = (image.Height, image.Width);
        switch (resize)
        {
            case CenterCrop crop:
                (long tall, long wide) = w <= h ? (crop.Size * h / w, (long)crop.Size) : (crop.Size, crop.Size * w / h);
                return (tall, wide, Begin(tall, height), Begin(wide, width), 0);
            case Letterbox box when height * w <= width * h:
                long scaled = Math.Max(Rounded(w * height, h), 1);
                return (height, scaled, 0, (width - scaled) / 2, box.Fill);
            case Letterbox box:
                scaled = Math.Max(Rounded(h * width, w), 1);
                return (scaled, width, (height - scaled) / 2, 0, box.Fill);
            default:
                return (height, width, 0, 0, 0);
        }

        static long Begin(long extent, long wanted) =>
            extent < wanted ? (wanted - extent) / 2 : -Rounded(extent - wanted, 2);

        // Halves to even, as in Python.
        static long Rounded(long dividend, long divisor)
        {
            (long quotient, long rest) = Math.DivRem(dividend, divisor);
            return 2 * rest > divisor || (2 * rest == divisor && quotient % 2 == 1) ? quotient + 1 : quotient;
        }
    }

    private static List<(int, double)>[] Weights(int from, long resized, long offset, int to, Resize resize)
    {
        var all = new List<(int, double)>[to];
        for (int target = 0; target < to; target++)
        {
            all[target] = [];
            long place = target - offset;
            if (place < 0 || place >= resized)
                continue;
            if (resize.Interpolation == Interpolation.Nearest)
            {
                all[target].Add(((int)Math.Floor((place + 0.5m) * from / resized), 1));
                continue;
            }
            double unit = resize.Antialias && from > resized ? (double)from / resized : 1;
            double centre = (place + 0.5) * ((double)from / resized), total = 0;
            for (int source = 0; source < from; source++)
                total += Kernel((source + 0.5 - centre) / unit);
            for (int source = 0; source < from; source++)
                if (Kernel((source + 0.5 - centre) / unit) is not 0 and double weight)
                    all[target].Add((source, weight / total));
        }
        return all;

        double Kernel(double distance)
        {
            double x = Math.Abs(distance);
            return resize.Interpolation == Interpolation.Bilinear ? Math.Max(0, 1 - x)
                : x < 1 ? 1.5 * Math.Pow(x, 3) - 2.5 * Math.Pow(x, 2) + 1
                : x < 2 ? -0.5 * (Math.Pow(x, 3) - 5 * Math.Pow(x, 2) + 8 * x - 4)
                : 0;
        }
    }
}
