namespace SoftPool.Native;

/// <summary>Reads what a run reads and writes.</summary>
internal static unsafe class Arguments
{
    public const uint OfFloats = 0, OfImages = 1, OfBuffers = 2, OfDeviceImages = 3;

    /// <summary>What a run reads: an array of ReadOnlyMemory of floats, of <see cref="Image"/>, of
    /// <see cref="BufferRegion"/> or of <see cref="DeviceImage"/>.</summary>
    public static Array Read(in sp_input input) => input.kind switch
    {
        OfFloats => ReadOnlyFloats(input.floats, input.count),
        OfImages => Images(input.images, input.count),
        OfBuffers => Buffers(input.buffers, input.count),
        OfDeviceImages => DeviceImages(input.device_images, input.count),
        _ => throw Kind("sp_input", input.kind, "SP_FLOATS, SP_IMAGES, SP_BUFFERS or SP_DEVICE_IMAGES"),
    };

    /// <summary>What a run writes: an array of Memory of floats, of <see cref="BufferRegion"/> or of
    /// <see cref="OutputImage"/>.</summary>
    public static Array Read(in sp_output output) => output.kind switch
    {
        OfFloats => Floats(output.floats, output.count),
        OfBuffers => Buffers(output.buffers, output.count),
        OfDeviceImages => OutputImages(output.images, output.count),
        _ => throw Kind("sp_output", output.kind, "SP_FLOATS, SP_BUFFERS or SP_DEVICE_IMAGES"),
    };

    /// <summary>Refuses a kind that makes no sense where it came.</summary>
    public static ArgumentException Kind(string what, uint kind, string expected) =>
        new($"{what}.kind is {kind}; expected is {expected}.");

    /// <summary>Refuses an input and an output that do not go together.</summary>
    public static ArgumentException Kinds(uint input, uint output) => new(
        $"sp_input.kind is {input} and sp_output.kind is {output}; expected is SP_FLOATS or SP_IMAGES with SP_FLOATS, "
        + "SP_BUFFERS with SP_BUFFERS or SP_DEVICE_IMAGES, or SP_DEVICE_IMAGES with any of the three.");

    private static Memory<float>[] Floats(sp_floats* arrays, uint count)
    {
        Check(arrays, count, "arrays of floats");
        var floats = new Memory<float>[count];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = new NativeArray<float>(arrays[i].data, LengthOf(arrays[i])).Memory;
        return floats;
    }

    private static ReadOnlyMemory<float>[] ReadOnlyFloats(sp_floats* arrays, uint count) =>
        [.. Floats(arrays, count).Select(floats => (ReadOnlyMemory<float>)floats)];

    public static Span<float> Span(in sp_floats floats) => new(floats.data, LengthOf(floats));

    private static Image[] Images(sp_image* from, uint count)
    {
        Check(from, count, "images");
        var images = new Image[count];
        for (int i = 0; i < images.Length; i++)
        {
            sp_image image = from[i];
            if (image.pixels is null)
                throw new ArgumentException($"Image {i} has no pixels: the pointer is null.");
            if (image.format > (uint)PixelFormat.Bgra8)
                throw new ArgumentException(
                    $"sp_image.format of image {i} is {image.format}; expected is 0 to {(uint)PixelFormat.Bgra8}.");
            Sized.CheckReserved(nameof(sp_image), image.reserved);
            uint pixelBytes = image.format == (uint)PixelFormat.Rgb8 ? 3u : 4u;
            ulong pixels = (ulong)image.width * image.height;
            if (pixels == 0 || pixels > int.MaxValue / pixelBytes)
                throw new ShapeMismatchException(
                    $"An image has 1 byte to 2 GiB; image {i} has {image.width}x{image.height} pixels.");
            images[i] = new Image(
                new NativeArray<byte>(image.pixels, (int)(pixels * pixelBytes)).Memory,
                (int)image.width, (int)image.height, (PixelFormat)image.format);
        }
        return images;
    }

    private static BufferRegion[] Buffers(sp_buffer* from, uint count)
    {
        Check(from, count, "buffers");
        var buffers = new BufferRegion[count];
        for (int i = 0; i < buffers.Length; i++)
            buffers[i] = from[i].offset <= long.MaxValue
                ? new BufferRegion(from[i].buffer, (long)from[i].offset)
                : throw new ArgumentException($"The offset of buffer {i} is too large: {from[i].offset}.");
        return buffers;
    }

    private static DeviceImage[] DeviceImages(sp_device_image* from, uint count)
    {
        Check(from, count, "images");
        var images = new DeviceImage[count];
        for (int i = 0; i < images.Length; i++)
        {
            sp_device_image image = from[i];
            if (image.format > (uint)PixelFormat.P010 || image.matrix > (uint)YuvMatrix.Bt601)
                throw new ArgumentException(
                    $"sp_device_image.format and matrix of image {i} are {image.format} and {image.matrix}; expected "
                    + $"is 0 to {(uint)PixelFormat.P010} and 0 to {(uint)YuvMatrix.Bt601}.");
            Sized.CheckReserved(nameof(sp_device_image), image.reserved);
            if (image.width > int.MaxValue || image.height > int.MaxValue)
                throw new ShapeMismatchException($"Image {i} has {image.width}x{image.height} pixels.");
            bool hasChroma = image.chroma.buffer != 0 || image.chroma.image != 0;
            images[i] = new DeviceImage(
                Plane(image.pixels), (int)image.width, (int)image.height, (PixelFormat)image.format)
            {
                Chroma = hasChroma ? Plane(image.chroma) : null,
                Matrix = (YuvMatrix)image.matrix,
                IsFullRange = image.full_range != 0,
            };
        }
        return images;
    }

    private static OutputImage[] OutputImages(sp_output_image* from, uint count)
    {
        Check(from, count, "images");
        var images = new OutputImage[count];
        for (int i = 0; i < images.Length; i++)
        {
            sp_output_image image = from[i];
            Sized.CheckReserved(nameof(sp_output_image), image.reserved);
            if (image.width > int.MaxValue || image.height > int.MaxValue || image.layer > int.MaxValue)
                throw new ShapeMismatchException(
                    $"Image {i} has {image.width}x{image.height} pixels and the layer {image.layer}.");
            images[i] = new OutputImage(image.image, (int)image.width, (int)image.height, image.format)
            {
                LayoutBefore = image.layout_before,
                LayoutAfter = image.layout_after,
                Layer = (int)image.layer,
                Usage = image.usage,
            };
        }
        return images;
    }

    private static DevicePlane Plane(in sp_plane plane)
    {
        Sized.CheckReserved(nameof(sp_plane), plane.reserved);
        return plane.offset <= long.MaxValue && plane.row_pitch <= int.MaxValue && plane.layer <= int.MaxValue
            ? new DevicePlane
            {
                Buffer = plane.buffer,
                Offset = (long)plane.offset,
                RowPitch = (int)plane.row_pitch,
                Image = plane.image,
                Layout = plane.layout,
                Layer = (int)plane.layer,
            }
            : throw new ArgumentException(
                $"A number of sp_plane is too large: offset {plane.offset}, row_pitch {plane.row_pitch}, "
                + $"layer {plane.layer}.");
    }

    public static ReadOnlyMemory<TimelinePoint> Points(sp_semaphore* from, uint count)
    {
        if (count == 0)
            return default;
        Check(from, count, "semaphores");
        var points = new TimelinePoint[count];
        for (int i = 0; i < points.Length; i++)
            points[i] = new TimelinePoint(from[i].semaphore, from[i].value);
        return points;
    }

    private static int LengthOf(in sp_floats floats) =>
        floats.count > int.MaxValue ? throw new ShapeMismatchException(
            $"An array has at most {int.MaxValue} floats; got {floats.count}.")
        : floats.data is null && floats.count > 0 ? throw new ArgumentException("sp_floats.data is null.")
        : (int)floats.count;

    /// <summary>Refuses an array that is null or too long.</summary>
    public static void Check(void* array, uint count, string what)
    {
        if (array is null || count is 0 or > 65536)
            throw new ArgumentException(
                $"An array of 1 to 65536 {what} is needed; got {count}{(array is null ? ", the pointer null" : "")}.");
    }
}
