using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>The largest and the least elements along an axis, and their places.</summary>
internal static class SelectionConverters
{
    private const string Places = "Places are numbers of 32 bits.";

    public static Converter[] All { get; } =
    [
        new("ArgMax", "ArgMax", $"axis, without the batch; keepdims, select_last_index. {Places}",
            step => Arg(step, (axis, keeps, last) => new ArgMax(axis, keeps) { SelectLastIndex = last })),
        new("ArgMin", "ArgMin", $"axis, without the batch; keepdims, select_last_index. {Places}",
            step => Arg(step, (axis, keeps, last) => new ArgMin(axis, keeps) { SelectLastIndex = last })),
        new("Hardmax", "ArgMax and Equal", "Over any axis but the batch; in sets before 13 over all axes from one on.",
            step => LinearConverters.AlongAxis(step, (x, axis) => Hardmax(step, x, axis))),
        new("TopK", "TopK and TopKIndices",
            $"axis, without the batch; largest; a constant K; both outputs, always sorted. {Places}", TopK,
            GivesSeveral: true),
    ];

    private static Activation Arg(ImportStep step, Func<int, bool, bool, ArgReduction> of)
    {
        // Axis 0 is the batch, and the default.
        long named = step.Int("axis", 0);
        bool keeps = step.Int("keepdims", 1) != 0, last = step.Int("select_last_index", 0) != 0;
        Activation x = step.Layer(0);
        return step.Add(of(AxisOf(named, x), keeps, last), x);
    }

    /// <summary>1 at the first place of the largest, 0 elsewhere.</summary>
    private static Activation Hardmax(ImportStep step, Activation x, int axis)
    {
        int[] shape = [.. Enumerable.Repeat(1, x.Shape.Length)];
        shape[axis] = x.Shape[axis];
        var places = new Constant(shape, "", () => [.. Enumerable.Range(0, shape[axis]).Select(i => (float)i)], null);
        return Broadcasting.Apply(step, new Equal(), step.Add(new ArgMax(axis, true), x), places);
    }

    private static Several TopK(ImportStep step)
    {
        long named = step.Int("axis", -1);
        bool isLargest = step.Int("largest", 1) != 0;
        step.Ignore("sorted"); // Without it any order will do.
        long attribute = step.Int("k", 0);
        Activation x = step.Layer(0);
        int axis = AxisOf(named, x);
        int[] counts = step.Opset < 10 ? ImportStep.Narrow([attribute], "k") : step.Integers(1, "K");
        if (counts is not [> 0])
            throw new RefusalException($"K of {string.Join(", ", counts)}; one number above 0 is supported");
        string name = step.Name;
        return new Several(
        [
            step.Add(new TopK(counts[0], axis, isLargest), [x.Layer], name: name),
            step.Add(new TopKIndices(counts[0], axis, isLargest), [x.Layer], name: $"{name}.indices"),
        ]);
    }

    private static int AxisOf(long named, Activation x)
    {
        int axis = ImportStep.Axis(named, x.Shape.Length);
        return axis > 0
            ? axis
            : throw new RefusalException($"axis {named} of {string.Join('x', x.Shape)}, which is the batch");
    }
}
