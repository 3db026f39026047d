using System.Numerics;

namespace SoftPool.Trainer.Data;

/// <summary>
/// A shape as a signed distance function: negative inside, positive outside; y points up. Every figure is moved to its
/// centroid and scaled to the area of the unit disc, so that neither area nor position gives its class away.
/// </summary>
internal sealed class Figure
{
    private readonly Func<Vector2, float> _distance;
    private readonly Vector2 _centroid;
    private readonly float _scale;

    private Figure(string name, Func<Vector2, float> distance)
    {
        Name = name;
        _distance = distance;
        (_centroid, float area, float reach) = Measure(distance);
        _scale = MathF.Sqrt(area / MathF.PI);
        Reach = reach / _scale;
    }

    /// <summary>What the figure shows; the name of its class.</summary>
    public string Name { get; }

    /// <summary>No point of the figure is farther than this from its centroid.</summary>
    public float Reach { get; }

    /// <summary>The ten figures, in the order of their labels.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        new("arrow", Polygon(new(0, 1), new(0.8f, 0.15f), new(0.3f, 0.15f), new(0.3f, -0.9f), new(-0.3f, -0.9f),
            new(-0.3f, 0.15f), new(-0.8f, 0.15f))),
        new("crescent", point => MathF.Max(Disc(point, Vector2.Zero, 1), -Disc(point, new(0.5f, 0), 0.8f))),
        new("cross", Polygon(new(0.3f, 1), new(0.3f, 0.3f), new(1, 0.3f), new(1, -0.3f), new(0.3f, -0.3f),
            new(0.3f, -1), new(-0.3f, -1), new(-0.3f, -0.3f), new(-1, -0.3f), new(-1, 0.3f), new(-0.3f, 0.3f),
            new(-0.3f, 1))),
        new("disc", point => Disc(point, Vector2.Zero, 1)),
        new("heart", Heart()),
        new("hourglass", Polygon(new(-0.75f, 1), new(0.75f, 1), new(-0.75f, -1), new(0.75f, -1))),
        new("ring", point => MathF.Abs(point.Length() - 0.75f) - 0.25f),
        new("square", Polygon(new(-1, -1), new(1, -1), new(1, 1), new(-1, 1))),
        new("star", Polygon(new(0, 1), new(0.2351f, 0.3236f), new(0.9511f, 0.309f), new(0.3804f, -0.1236f),
            new(0.5878f, -0.809f), new(0, -0.4f), new(-0.5878f, -0.809f), new(-0.3804f, -0.1236f),
            new(-0.9511f, 0.309f), new(-0.2351f, 0.3236f))),
        new("triangle", Polygon(new(0, 1), new(0.866f, -0.5f), new(-0.866f, -0.5f))),
    ];

    /// <summary>The signed distance from a point to the figure's edge, in units of the equally large disc's
    /// radius.</summary>
    public float Distance(Vector2 point) => _distance(point * _scale + _centroid) / _scale;

    private static float Disc(Vector2 point, Vector2 centre, float radius) => (point - centre).Length() - radius;

    /// <summary>A square on its corner, with a half disc on each of the two upper edges.</summary>
    private static Func<Vector2, float> Heart()
    {
        const float HalfEdge = 0.70710678f;
        Func<Vector2, float> square = Polygon(new(0, -1), new(1, 0), new(0, 1), new(-1, 0));
        return point => MathF.Min(square(point),
            MathF.Min(Disc(point, new(-0.5f, 0.5f), HalfEdge), Disc(point, new(0.5f, 0.5f), HalfEdge)));
    }

    private static Func<Vector2, float> Polygon(params Vector2[] corners) => point =>
    {
        float nearest = float.MaxValue;
        bool inside = false;
        Vector2 from = corners[^1];
        foreach (Vector2 to in corners)
        {
            Vector2 edge = to - from, offset = point - from;
            float along = Math.Clamp(Vector2.Dot(offset, edge) / edge.LengthSquared(), 0, 1);
            nearest = MathF.Min(nearest, (offset - edge * along).LengthSquared());
            // Even-odd rule: a ray to the right crosses an outline an odd number of times from inside.
            if (from.Y > point.Y != to.Y > point.Y && offset.X < edge.X * offset.Y / edge.Y)
                inside = !inside;
            from = to;
        }
        return inside ? -MathF.Sqrt(nearest) : MathF.Sqrt(nearest);
    };

    /// <summary>Counts and averages the cells of a fine grid whose middles lie inside.</summary>
    private static (Vector2 Centroid, float Area, float Reach) Measure(Func<Vector2, float> distance)
    {
        const int Cells = 256;
        const float Extent = 1.5f, Cell = 2 * Extent / Cells;
        var inside = new List<Vector2>();
        for (int y = 0; y < Cells; y++)
            for (int x = 0; x < Cells; x++)
            {
                var middle = new Vector2((x + 0.5f) * Cell - Extent, (y + 0.5f) * Cell - Extent);
                if (distance(middle) < 0)
                    inside.Add(middle);
            }
        Vector2 centroid = inside.Aggregate((a, b) => a + b) / inside.Count;
        float reach = inside.Max(point => (point - centroid).Length()) + 2 * Cell;
        return (centroid, inside.Count * Cell * Cell, reach);
    }
}
