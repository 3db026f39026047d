using SoftPool.Kernels;

namespace SoftPool.Operators;

/// <summary>The axes along which operands meet element by element: the output's, without those of extent 1.
/// Neighbouring axes along which each operand goes on, or is repeated, are one.</summary>
/// <param name="Extents">The extents, outermost first.</param>
/// <param name="Strides">The distance from place to place along each axis in each operand; 0 where it is
/// repeated.</param>
internal sealed record BroadcastAxes(int[] Extents, int[][] Strides)
{
    /// <summary>The most axes that broadcast.glsl knows, the batch included.</summary>
    private const int Most = 5;

    /// <summary>The axes of a batch of items.</summary>
    /// <param name="batch">The number of items.</param>
    /// <param name="output">The shape of one item of the output.</param>
    /// <param name="operands">The shapes of one item of the operands, each with the output's extents or 1.</param>
    public static BroadcastAxes Of(int batch, TensorShape output, IReadOnlyList<TensorShape> operands)
    {
        var merged = new List<(int Extent, int[] Strides)>();
        Add(batch, [.. operands.Select(operand => operand.ElementCount)]);
        int[] inner = [.. operands.Select(operand => operand.ElementCount)];
        for (int axis = 0; axis < output.Rank; axis++)
        {
            for (int i = 0; i < inner.Length; i++)
                inner[i] /= operands[i][axis];
            Add(output[axis], [.. operands.Select((operand, i) => operand[axis] == 1 ? 0 : inner[i])]);
        }
        return new BroadcastAxes(
            [.. merged.Select(axis => axis.Extent)],
            [.. operands.Select((_, i) => merged.Select(axis => axis.Strides[i]).ToArray())]);

        void Add(int extent, int[] strides)
        {
            if (extent == 1)
                return;
            if (merged.Count > 0 && merged[^1].Strides.Zip(strides).All(pair => pair.First == extent * pair.Second))
                merged[^1] = (merged[^1].Extent * extent, strides);
            else
                merged.Add((extent, strides));
        }
    }

    /// <summary>The axes of a batch of (C, H, W), along which an operand has one place for each channel.</summary>
    public static BroadcastAxes OfChannels(int batch, TensorShape shape) =>
        new([batch, shape[0], shape.ElementCount / shape[0]], [[0, 1, 0]]);

    /// <summary>The shape that several broadcast to by NumPy's rule.</summary>
    /// <param name="name">The operator, for the message.</param>
    /// <param name="inputs">The shapes.</param>
    /// <exception cref="ShapeMismatchException">They do not, or in more parts than a kernel knows.</exception>
    public static TensorShape Infer(string name, ReadOnlySpan<TensorShape> inputs)
    {
        TensorShape[] shapes = inputs.ToArray();
        int[] extents = shapes[0].Extents.ToArray();
        foreach (TensorShape shape in shapes)
            for (int axis = 0; axis < extents.Length || axis < shape.Rank; axis++)
                if (shape.Rank != extents.Length
                    || (extents[axis] != 1 && shape[axis] != 1 && shape[axis] != extents[axis]))
                    throw new ShapeMismatchException(
                        $"{name} takes inputs of as many axes, along each of which the extents are the same or 1; "
                        + $"got {string.Join(" and ", shapes)}.");
                else if (extents[axis] == 1)
                    extents[axis] = shape[axis];
        var output = new TensorShape(extents);
        return Of(2, output, shapes).Extents.Length <= Most
            ? output
            : throw new ShapeMismatchException(
                $"{name} takes inputs that are repeated along up to {Most - 1} groups of neighbouring axes; "
                + $"got {string.Join(" and ", shapes)}.");
    }

    /// <summary>The place in an operand of what meets an element of the output.</summary>
    public int PlaceOf(int operand, int element)
    {
        int place = 0;
        for (int axis = Extents.Length - 1; axis >= 0; axis--)
        {
            (element, int along) = Math.DivRem(element, Extents[axis]);
            place += along * Strides[operand][axis];
        }
        return place;
    }

    /// <summary>The constants of broadcast.glsl for operands of these names.</summary>
    public IEnumerable<SpecializationConstant> Constants(string names)
    {
        int missing = Most - Extents.Length;
        int[] extents = Filled(Extents, 1);
        for (int axis = 1; axis < Most; axis++)
            yield return ($"EXTENT_{axis}", extents[axis]);
        for (int i = 0; i < names.Length; i++)
        {
            int[] strides = Filled(Strides[i], 0);
            yield return ($"{names[i]}_WHOLE", IsWhole(i) ? 1 : 0);
            for (int axis = 0; axis < Most; axis++)
                yield return ($"{names[i]}_{axis}", strides[axis]);
        }

        // The outermost axis is the kernel's first, which it knows no extent of; those that are missing lie behind it.
        int[] Filled(int[] values, int other) =>
            [.. values.Take(1), .. Enumerable.Repeat(other, missing), .. values.Skip(1)];
    }

    /// <summary>The constants of chain.comp for the operand of a stage.</summary>
    public IEnumerable<SpecializationConstant> ConstantsOf(string stage) => Constants(stage).Select(constant =>
        constant.Name.StartsWith(stage, StringComparison.Ordinal)
            ? constant : constant with { Name = $"{stage}_{constant.Name}" });

    /// <summary>Whether an operand has the output's shape.</summary>
    private bool IsWhole(int operand)
    {
        int stride = 1;
        for (int axis = Extents.Length - 1; axis >= 0; stride *= Extents[axis--])
            if (Strides[operand][axis] != stride)
                return false;
        return true;
    }
}
