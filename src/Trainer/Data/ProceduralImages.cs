using System.Numerics;

namespace SoftPool.Trainer.Data;

/// <summary>
/// The default data set, drawn by the program: ten figures in random pose, colours and textures, among spots and noise,
/// 32 x 32. The same bytes come out for a seed on every machine and with any number of threads.
/// </summary>
internal static class ProceduralImages
{
    private const int Edge = 32;

    /// <summary>Draws a training and a test set from different seeds, the classes in turn.</summary>
    public static ImageDataset Create(int trainCount = 12_000, int testCount = 2_000, ulong seed = 42) =>
        new("procedural", [.. Figure.All.Select(figure => figure.Name)],
            Draw(trainCount, seed), Draw(testCount, ~seed));

    private static ImageSet Draw(int count, ulong seed)
    {
        var size = new Size2d(Edge, Edge);
        int length = (int)ImageSet.BytesPerImage(size);
        var pixels = new byte[count * length];
        var labels = new int[count];
        Parallel.For(0, count, index =>
        {
            labels[index] = index % Figure.All.Count;
            // A generator for each image, not for the set: the order in which threads come to them is of no matter.
            SplitMix64 random = SplitMix64.ForItem(seed, index);
            Draw(ref random, Figure.All[labels[index]], pixels.AsSpan(index * length, length));
        });
        return new ImageSet(size, pixels, labels);
    }

    private static void Draw(ref SplitMix64 random, Figure figure, Span<byte> image)
    {
        (Vector3 dark, Vector3 light) = Colours(ref random);
        float contrast = Distance(dark, light);
        // Less than half the contrast, so that figure and ground stay apart whatever their textures do.
        var ground = new Paint(ref random, dark, 0.15f * contrast);
        var paint = new Paint(ref random, light, 0.15f * contrast);
        var pose = new Pose(ref random);
        var spots = new Spot[random.Below(4)];
        for (int i = 0; i < spots.Length; i++)
            spots[i] = new Spot(ref random);
        float noise = random.Between(0, 0.04f);

        for (int y = 0; y < Edge; y++)
            for (int x = 0; x < Edge; x++)
            {
                var point = new Vector2(x + 0.5f, y + 0.5f);
                Vector3 colour = ground.At(point);
                foreach (Spot spot in spots)
                    colour = spot.Over(colour, point, above: false);
                float coverage = pose.Coverage(figure, point);
                if (coverage > 0)
                    colour += (paint.At(point) - colour) * coverage;
                foreach (Spot spot in spots)
                    colour = spot.Over(colour, point, above: true);
                for (int channel = 0; channel < ImageSet.Channels; channel++)
                    image[(channel * Edge + y) * Edge + x] = ToByte(colour[channel] + noise * random.Gaussian());
            }
    }

    /// <summary>
    /// Two random colours far enough apart for the figure to be seen, the lighter one for the figure. Were the figure
    /// as often the darker one, a network would need several times the images before it begins to learn at all.
    /// </summary>
    private static (Vector3 Dark, Vector3 Light) Colours(ref SplitMix64 random)
    {
        const float LeastContrast = 0.7f;
        while (true)
        {
            Vector3 a = Colour(ref random), b = Colour(ref random);
            if (Distance(a, b) >= LeastContrast)
                return a.X + a.Y + a.Z < b.X + b.Y + b.Z ? (a, b) : (b, a);
        }
    }

    private static Vector3 Colour(ref SplitMix64 random) =>
        new(random.Between(0.05f, 0.95f), random.Between(0.05f, 0.95f), random.Between(0.05f, 0.95f));

    private static float Distance(Vector3 a, Vector3 b)
    {
        Vector3 d = a - b;
        return MathF.Sqrt(d.X * d.X + d.Y * d.Y + d.Z * d.Z);
    }

    private static byte ToByte(float value) => (byte)(Math.Clamp(value, 0, 1) * 255 + 0.5f);

    /// <summary>Where the figure stands, how large, how turned, how squeezed.</summary>
    private readonly struct Pose
    {
        /// <summary>How far off the middle the figure may stand along each axis, in pixels.</summary>
        private const float Shift = 6.5f;

        /// <summary>The tangent of the largest turn, about 17 degrees to either side.</summary>
        private const float LargestSlope = 0.3f;

        private readonly Vector2 _centre, _axis;
        private readonly float _radius, _squeeze;

        public Pose(ref SplitMix64 random)
        {
            _radius = random.Between(7.5f, 9.5f);
            _centre = new Vector2(Edge / 2)
                + new Vector2(random.Between(-Shift, Shift), random.Between(-Shift, Shift));
            var axis = new Vector2(1, random.Between(-LargestSlope, LargestSlope));
            _axis = axis / axis.Length();
            _squeeze = random.Between(0.85f, 1.15f);
        }

        /// <summary>How much of a pixel the figure covers, in [0, 1]: the edge is one pixel soft.</summary>
        public float Coverage(Figure figure, Vector2 point)
        {
            // Rows count downwards, figures stand with y upwards.
            var offset = new Vector2(point.X - _centre.X, _centre.Y - point.Y) / _radius;
            var turned = new Vector2(
                (offset.X * _axis.X + offset.Y * _axis.Y) * _squeeze,
                (offset.Y * _axis.X - offset.X * _axis.Y) / _squeeze);
            // Most pixels are far outside, and measuring the distance is dear.
            float reach = figure.Reach + 1 / _radius;
            return turned.LengthSquared() > reach * reach
                ? 0
                : Math.Clamp(0.5f - figure.Distance(turned) * _radius, 0, 1);
        }
    }

    /// <summary>A small soft spot beneath or above the figure, that means nothing.</summary>
    private readonly struct Spot
    {
        private readonly Vector2 _centre;
        private readonly Vector3 _colour;
        private readonly float _radius;
        private readonly bool _above;

        public Spot(ref SplitMix64 random)
        {
            _centre = new(random.Between(0, Edge), random.Between(0, Edge));
            _colour = Colour(ref random);
            _above = random.Below(2) == 0;
            _radius = _above ? random.Between(1.5f, 3) : random.Between(2, 5);
        }

        public Vector3 Over(Vector3 beneath, Vector2 point, bool above)
        {
            float inside = 1 - (point - _centre).LengthSquared() / (_radius * _radius);
            return above == _above && inside > 0 ? beneath + (_colour - beneath) * inside : beneath;
        }
    }
}
