namespace SoftPool.Execution;

/// <summary>Checks what callers give a run of a network with a batch: before anything is copied or begun.</summary>
internal sealed class RunArguments(PlannedModel planned)
{
    private ModelGraph Graph => planned.Model.Graph;

    /// <summary>The items of an input of floats.</summary>
    public int ItemsOf(ReadOnlySpan<float> input) => ItemsOf(input.Length);

    /// <summary>The items of an input of images, one each.</summary>
    /// <exception cref="ShapeMismatchException">An image's size and bytes do not go together, there are too many, or
    /// the network takes no images of three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds what the device takes.</exception>
    public int ItemsOf(ReadOnlySpan<Image> images)
    {
        if (Graph.InputShape.Rank != 3 || Graph.InputShape[0] != 3)
            throw new ShapeMismatchException($"Images have three channels; '{Graph.Name}' takes {Graph.InputShape}.");
        int items = ItemsOf((long)images.Length * Graph.InputShape.ElementCount);
        uint largest = planned.Device.Physical.Limits.MaxStorageBufferRange;
        foreach (Image image in images)
        {
            image.Check();
            if (image.Pixels.Length > largest)
                throw new DeviceLimitException(
                    $"An image of {image.Pixels.Length} bytes exceeds the {largest} that {planned.Device.Physical.Info.Name} takes at most.");
        }
        return items;
    }

    /// <summary>Checks the room for the network's output.</summary>
    public void CheckOutput(int items, int length) => CheckRoom("output", items, Graph.OutputShape, length);

    /// <summary>Checks the room for an output of some shape.</summary>
    public static void CheckRoom(string what, int items, TensorShape shape, int length)
    {
        if (length != items * shape.ElementCount)
            throw new ShapeMismatchException(
                $"The {what} of {items} items has {items * shape.ElementCount} elements; got room for {length}.");
    }

    /// <summary>Checks parts of buffers of the host's.</summary>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    public void CheckBuffers(BufferRegion input, BufferRegion output)
    {
        input.Check(nameof(input));
        CheckBuffer(output);
    }

    /// <summary>Checks a part of a buffer of the host's for the output.</summary>
    public void CheckBuffer(BufferRegion output)
    {
        output.Check(nameof(output));
        planned.CheckIsHosts();
    }

    private int ItemsOf(long elements)
    {
        TensorShape shape = Graph.InputShape;
        int batch = planned.Plan.Batch;
        long items = elements / shape.ElementCount;
        return items >= 1 && items <= batch && items * shape.ElementCount == elements
            ? (int)items
            : throw new ShapeMismatchException(
                $"The input takes 1 to {batch} items of {shape}, {shape.ElementCount} elements each; got {elements} elements.");
    }
}
