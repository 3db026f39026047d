namespace SoftPool.Onnx.Import;

/// <summary>The shape rules that constants and layers share.</summary>
internal static class Shapes
{
    /// <summary>Reshape's target: 0 keeps an extent, unless it is to mean 0, and one -1 takes what is left.</summary>
    public static int[] Resolve(int[] shape, int[] target, bool allowsZero)
    {
        int[] resolved = [.. target];
        for (int i = 0; i < resolved.Length; i++)
            if (resolved[i] == 0 && !allowsZero)
                resolved[i] = i < shape.Length ? shape[i] : throw Misfit();
        long count = Constant.CountOf(shape), known = 1;
        foreach (int extent in resolved)
            known = extent < -1 || known > int.MaxValue ? throw Misfit() : extent == -1 ? known : known * extent;
        int free = Array.IndexOf(resolved, -1);
        if (free >= 0)
            resolved[free] = known > 0 && count % known == 0 ? (int)(count / known) : throw Misfit();
        else if (known != count)
            throw Misfit();
        return resolved.Contains(-1) ? throw Misfit() : resolved;

        RefusalException Misfit() =>
            new($"from {string.Join('x', shape)} to {WindowAttributes.Show(target)} cannot be");
    }

    /// <summary>The shape without some extents of 1, or without all.</summary>
    public static int[] Squeeze(int[] shape, int[]? axes)
    {
        foreach (int axis in axes ?? [])
            if (shape[axis] != 1)
                throw new RefusalException($"axis {axis} of {string.Join('x', shape)} is not 1");
        return [.. shape.Where((extent, axis) => axes is null ? extent != 1 : !axes.Contains(axis))];
    }

    /// <summary>The places of an axis from one on and before another, both counted from the end where they are
    /// negative, and held to the axis.</summary>
    public static (int First, int Length) Places(int extent, long start, long end, long distance)
    {
        if (distance == 0 || Math.Abs((decimal)distance) > int.MaxValue)
            throw new RefusalException($"a step of {distance}");
        // Backwards the first place is the last at most, and the end may lie before the first.
        int least = distance > 0 ? 0 : -1;
        long first = Held(start), behind = Held(end);
        return ((int)first, (int)Math.Max((behind - first + distance - Math.Sign(distance)) / distance, 0));

        long Held(long place) =>
            Math.Clamp(place < 0 ? Math.Max(place, -extent - 1L) + extent : place, least, extent + least);
    }

    /// <summary>The shape that two of them broadcast to.</summary>
    public static int[] Broadcast(int[] left, int[] right)
    {
        var shape = new int[Math.Max(left.Length, right.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            int a = i <= left.Length ? left[^i] : 1, b = i <= right.Length ? right[^i] : 1;
            shape[^i] = a == 1 ? b : b == 1 || a == b ? a
                : throw new RefusalException(
                    $"{string.Join('x', left)} and {string.Join('x', right)} do not broadcast");
        }
        return shape;
    }

    /// <summary>Where the elements of a broadcast shape come from.</summary>
    public static int[] SourcesOf(int[] source, int[] shape)
    {
        var places = new int[Constant.CountOf(shape)];
        for (int place = 0; place < places.Length; place++)
        {
            int rest = place, stride = 1, from = 0;
            for (int i = 1; i <= shape.Length; i++)
            {
                int index = rest % shape[^i];
                rest /= shape[^i];
                if (i > source.Length)
                    continue;
                from += source[^i] == 1 ? 0 : index * stride;
                stride *= source[^i];
            }
            places[place] = from;
        }
        return places;
    }
}
