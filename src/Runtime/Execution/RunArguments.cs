namespace SoftPool.Execution;

/// <summary>Checks what callers give a run of a network with a batch: before anything is copied or begun.</summary>
internal sealed class RunArguments(PlannedModel planned)
{
    private ModelGraph Graph => planned.Model.Graph;

    /// <summary>The items of the only input, of floats.</summary>
    public int ItemsOf(ReadOnlySpan<float> input)
    {
        CheckCount("inputs", 1, Graph.Inputs.Count);
        return ItemsOf(0, input.Length);
    }

    /// <summary>The items of each of the inputs, of floats.</summary>
    public int ItemsOf(ReadOnlySpan<ReadOnlyMemory<float>> inputs)
    {
        CheckCount("inputs", inputs.Length, Graph.Inputs.Count);
        int items = ItemsOf(0, inputs[0].Length);
        for (int i = 1; i < inputs.Length; i++)
            if (ItemsOf(i, inputs[i].Length) is int other && other != items)
                throw new ShapeMismatchException(
                    $"All inputs have the same number of items; got {items} of {Graph.Inputs[0].Name} and {other} of "
                    + $"{Graph.Inputs[i].Name}.");
        return items;
    }

    /// <summary>The items of an input of images, one each.</summary>
    /// <exception cref="ShapeMismatchException">An image's size and bytes do not go together, there are too many, or
    /// the network takes no images of three channels.</exception>
    /// <exception cref="DeviceLimitException">An image exceeds what the device takes.</exception>
    public int ItemsOf(ReadOnlySpan<Image> images)
    {
        int items = ItemsOfImages(images.Length);
        foreach (Image image in images)
        {
            image.Check();
            CheckLimit(image.Shape);
        }
        return items;
    }

    /// <summary>The items of an input of images on the host's device, one each.</summary>
    /// <exception cref="ArgumentException">A plane's handle, pitch or layout cannot be.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    /// <inheritdoc cref="ItemsOf(ReadOnlySpan{Image})" path="/exception"/>
    public int ItemsOf(ReadOnlySpan<DeviceImage> images)
    {
        int items = ItemsOfImages(images.Length);
        foreach (DeviceImage image in images)
        {
            image.Check();
            CheckLimit(image.Shape);
        }
        planned.CheckIsHosts();
        return items;
    }

    private int ItemsOfImages(int count)
    {
        if (Graph.Inputs is not [{ Shape: var shape }])
            throw new ShapeMismatchException(
                $"Images are the input of a network with one input; '{Graph.Name}' has {Graph.Inputs.Count}: "
                + $"{string.Join(", ", Graph.Inputs.Select(input => input.Name))}.");
        if (shape.Rank != 3 || shape[0] != 3)
            throw new ShapeMismatchException($"Images have three channels; '{Graph.Name}' takes {shape}.");
        return ItemsOf(0, (long)count * shape.ElementCount);
    }

    private void CheckLimit(in PictureShape shape)
    {
        long largest = planned.Device.Physical.LargestOperand;
        if (shape.PixelBytes > largest)
            throw new DeviceLimitException(
                $"An image of {shape.PixelBytes} bytes exceeds the {largest} that "
                + $"{planned.Device.Physical.Info.Name} takes at most.");
    }

    /// <summary>The items for which there is room in each of the outputs.</summary>
    public int ItemsOfOutputs(ReadOnlySpan<Memory<float>> outputs)
    {
        CheckCount("outputs", outputs.Length, Graph.Outputs.Count);
        int items = ItemsOfOutput(outputs[0].Length);
        CheckOutputs(items, outputs);
        return items;
    }

    /// <summary>The items for which there is room in the only output.</summary>
    public int ItemsOfOutput(ReadOnlySpan<float> output)
    {
        CheckCount("outputs", 1, Graph.Outputs.Count);
        return ItemsOfOutput(output.Length);
    }

    /// <summary>Checks the room for the network's only output.</summary>
    public void CheckOutput(int items, int length)
    {
        CheckCount("outputs", 1, Graph.Outputs.Count);
        CheckRoom("output", items, Graph.Outputs[0].Shape, length);
    }

    /// <summary>Checks the room for each of the network's outputs.</summary>
    public void CheckOutputs(int items, ReadOnlySpan<Memory<float>> outputs)
    {
        CheckCount("outputs", outputs.Length, Graph.Outputs.Count);
        for (int i = 0; i < outputs.Length; i++)
            CheckRoom(Graph.Outputs[i].Name, items, Graph.Outputs[i].Shape, outputs[i].Length);
    }

    /// <summary>Checks the room for an output of some shape.</summary>
    public static void CheckRoom(string what, int items, TensorShape shape, int length)
    {
        if (length != items * shape.ElementCount)
            throw new ShapeMismatchException(
                $"The {what} of {items} items has {items * shape.ElementCount} elements; got room for {length}.");
    }

    /// <summary>Checks parts of buffers of the host's for each input.</summary>
    /// <exception cref="ArgumentException">A handle is null, or an offset is no multiple of 4.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    /// <exception cref="ShapeMismatchException">There are not as many as the network has.</exception>
    public void CheckInputs(ReadOnlySpan<BufferRegion> inputs)
    {
        CheckCount("inputs", inputs.Length, Graph.Inputs.Count);
        foreach (BufferRegion input in inputs)
            input.Check("input");
        planned.CheckIsHosts();
    }

    /// <summary>Checks images of the host's for the items of the only output, one each.</summary>
    /// <returns>The items.</returns>
    /// <exception cref="ArgumentException">A handle, a format, a layout or a usage cannot be.</exception>
    /// <exception cref="InvalidOperationException">The device is not the host's.</exception>
    /// <exception cref="ShapeMismatchException">The network has several outputs, or they do not fit in the
    /// images.</exception>
    public int CheckOutputs(ReadOnlySpan<OutputImage> images)
    {
        if (Graph.Outputs is not [{ } output])
            throw new ShapeMismatchException(
                $"Images are the output of a network with one output; '{Graph.Name}' has {Graph.Outputs.Count}: "
                + $"{string.Join(", ", Graph.Outputs.Select(output => output.Name))}.");
        if (images.Length < 1 || images.Length > planned.Batch)
            throw new ShapeMismatchException(
                $"The output takes 1 to {planned.Batch} images, one for each item; got {images.Length}.");
        foreach (OutputImage image in images)
        {
            image.Check(output);
            if (image.Texels != images[0].Texels)
                throw new ArgumentException(
                    $"All images for an output have one format; got {images[0].Format} and {image.Format}.");
        }
        planned.CheckIsHosts();
        return images.Length;
    }

    /// <summary>The same for so many items.</summary>
    /// <inheritdoc cref="CheckOutputs(ReadOnlySpan{OutputImage})" path="/exception"/>
    public void CheckOutputs(int items, ReadOnlySpan<OutputImage> images)
    {
        if (CheckOutputs(images) != items)
            throw new ShapeMismatchException(
                $"The output of {items} items takes as many images; got {images.Length}.");
    }

    /// <summary>Checks parts of buffers of the host's for each output.</summary>
    /// <inheritdoc cref="CheckInputs" path="/exception"/>
    public void CheckOutputs(ReadOnlySpan<BufferRegion> outputs)
    {
        CheckCount("outputs", outputs.Length, Graph.Outputs.Count);
        foreach (BufferRegion output in outputs)
            output.Check("output");
        planned.CheckIsHosts();
    }

    private void CheckCount(string what, int came, int expected)
    {
        if (came != expected)
            throw new ShapeMismatchException(
                $"'{Graph.Name}' has {expected} {what}; got {came}: give as many, in the model's order.");
    }

    private int ItemsOfOutput(int length)
    {
        int elements = Graph.Outputs[0].Shape.ElementCount, items = length / elements;
        return items >= 1 && items <= planned.Batch && items * elements == length
            ? items
            : throw new ShapeMismatchException(
                $"The output takes 1 to {planned.Batch} items of {elements} elements each; got room for {length}.");
    }

    private int ItemsOf(int input, long elements)
    {
        (string name, TensorShape shape) = Graph.Inputs[input];
        int batch = planned.Batch;
        long items = elements / shape.ElementCount;
        return items >= 1 && items <= batch && items * shape.ElementCount == elements
            ? (int)items
            : throw new ShapeMismatchException(
                $"The input {(Graph.Inputs.Count == 1 ? "" : $"{name} ")}takes 1 to {batch} items of {shape}, "
                + $"{shape.ElementCount} elements each; "
                + $"got {elements} elements.");
    }
}
