using System.Numerics;

namespace SoftPool.Trainer.Data;

/// <summary>Two colours and the texture in which they alternate over the plane.</summary>
internal readonly struct Paint
{
    private enum Texture
    {
        Plain, Gradient, Stripes, Checks, Speckle
    }

    private readonly Texture _texture;
    private readonly Vector3 _colour, _swing;
    private readonly Vector2 _across;
    private readonly float _phase;
    private readonly uint _salt;

    /// <summary>A random texture about a colour.</summary>
    /// <param name="random">Where the draws come from.</param>
    /// <param name="colour">The mean colour, each channel in [0, 1].</param>
    /// <param name="swing">How far the texture may depart from it, as a distance in RGB.</param>
    public Paint(ref SplitMix64 random, Vector3 colour, float swing)
    {
        _texture = (Texture)random.Below(5);
        _colour = colour;
        var direction = new Vector3(random.Between(-1, 1), random.Between(-1, 1), random.Between(-1, 1));
        float length = MathF.Sqrt(
            direction.X * direction.X + direction.Y * direction.Y + direction.Z * direction.Z);
        _swing = direction * (random.Between(0.3f, 1) * swing / (length + 0.01f));
        float period = _texture == Texture.Gradient ? 64 : random.Between(3.5f, 9);
        _across = random.Direction() / period;
        _phase = random.Between(0, 1);
        _salt = (uint)random.Next();
    }

    /// <summary>The colour at a point, in pixels.</summary>
    public Vector3 At(Vector2 point)
    {
        float u = Vector2.Dot(point, _across) + _phase;
        float v = point.Y * _across.X - point.X * _across.Y + _phase;
        return _colour + _swing * (_texture switch
        {
            Texture.Plain => 0,
            Texture.Gradient or Texture.Stripes => Wave(u),
            Texture.Checks => Wave(u) * Wave(v),
            _ => Speckle(2 * u, 2 * v),
        });
    }

    /// <summary>A triangle wave of period 1 in [-1, 1], steepened: stripes with an edge about a pixel soft.</summary>
    private static float Wave(float t)
    {
        float triangle = 4 * MathF.Abs(t - MathF.Floor(t) - 0.5f) - 1;
        return Math.Clamp(2 * triangle, -1, 1);
    }

    /// <summary>A random value in [-1, 1] for each cell of the grid.</summary>
    private float Speckle(float u, float v)
    {
        uint hash = _salt ^ ((uint)(int)MathF.Floor(u) * 0x9E3779B1) ^ ((uint)(int)MathF.Floor(v) * 0x85EBCA77);
        hash = (hash ^ (hash >> 15)) * 0x2C1B3C6D;
        hash = (hash ^ (hash >> 12)) * 0x297A2D39;
        return (hash >> 8) * (2f / (1 << 24)) - 1;
    }
}
