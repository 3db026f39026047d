namespace SoftPool.Onnx.Import;

/// <summary>Whether the layers made of a file depend on the batch that it was folded for. In a file that leaves the
/// batch open, a value may be computed of it (x divided by the number of items); folded, it would be a
/// constant.</summary>
internal static class FreeBatch
{
    /// <summary>Compares what became of one file at two batches.</summary>
    /// <param name="layers">The layers at one batch, in order.</param>
    /// <param name="others">Those at another.</param>
    /// <returns>The first layer that differs; null if none does.</returns>
    public static Draft? FirstDifference(IReadOnlyList<Draft> layers, IReadOnlyList<Draft> others)
    {
        var places = new Dictionary<Draft, int>();
        for (int i = 0; i < layers.Count; i++)
        {
            if (i == others.Count || !AreAlike(layers[i], others[i]))
                return layers[i];
            places.Add(layers[i], i);
            places.Add(others[i], i);
        }
        return layers.Count < others.Count ? layers[^1] : null;

        bool AreAlike(Draft layer, Draft other) =>
            Equals(layer.Operator, other.Operator)
            && layer.Inputs.Select(PlaceOf).SequenceEqual(other.Inputs.Select(PlaceOf))
            && layer.Operator!.Parameters.All(parameter =>
                layer.Weights[parameter.Name]().AsSpan().SequenceEqual(other.Weights[parameter.Name]()));

        // Inputs of the network are told apart by their names.
        string PlaceOf(Draft input) =>
            places.TryGetValue(input, out int place) ? $"{place}" : $"input {input.OnnxValue}";
    }
}
