using System.Runtime.InteropServices;

namespace SoftPool.Native;

/// <summary>Models, from files and from memory.</summary>
internal static unsafe class ModelExports
{
    private const uint Safetensors = 0, Onnx = 1;

    [UnmanagedCallersOnly(EntryPoint = "sp_model_load")]
    public static int Load(byte* path, nint* model)
    {
        try
        {
            Results.Check(model, "model");
            string file = PathOf(path);
            Results.Give(model, new LoadedModel(
                file.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? Model.FromOnnx(file) : Model.Load(file)));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_load_memory")]
    public static int LoadMemory(byte* data, nuint bytes, uint format, nint* model)
    {
        try
        {
            Results.Check(model, "model");
            if (format is not (Safetensors or Onnx))
                throw new ArgumentException($"The format is {format}; expected is SP_SAFETENSORS or SP_ONNX.");
            using UnmanagedMemoryStream stream = StreamOf(data, bytes);
            Results.Give(
                model, new LoadedModel(format == Onnx ? Model.FromOnnx(stream) : Model.Load(stream)));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_load_onnx")]
    public static int LoadOnnx(byte* path, sp_onnx_options* options, nint* model)
    {
        try
        {
            Results.Check(model, "model");
            Results.Give(model, new LoadedModel(Model.FromOnnx(PathOf(path), OptionsOf(Sized.ReadOptional(options)))));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_load_onnx_memory")]
    public static int LoadOnnxMemory(byte* data, nuint bytes, sp_onnx_options* options, nint* model)
    {
        try
        {
            Results.Check(model, "model");
            using UnmanagedMemoryStream stream = StreamOf(data, bytes);
            Results.Give(model, new LoadedModel(Model.FromOnnx(stream, OptionsOf(Sized.ReadOptional(options)))));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_resize")]
    public static int Resize(nint model, uint* shape, uint rank, nint* resized)
    {
        try
        {
            using Handles.Use<LoadedModel> use = Handles.Take<LoadedModel>(model);
            Results.Check(resized, "model");
            Results.CheckGiven(shape, "A shape is");
            if (rank is 0 or > 8)
                throw new ArgumentException($"A shape has 1 to 8 axes; got {rank}.");
            int[] extents =
            [
                .. new ReadOnlySpan<uint>(shape, (int)rank).ToArray().Select(extent => extent is 0 or > int.MaxValue
                    ? throw new ShapeMismatchException($"An extent is 1 to {int.MaxValue}; got {extent}.")
                    : (int)extent),
            ];
            Results.Give(resized, new LoadedModel(use.Value.Model.WithInputShape(new TensorShape(extents))));
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_get_info")]
    public static int GetInfo(nint model, sp_model_info* info)
    {
        try
        {
            using Handles.Use<LoadedModel> use = Handles.Take<LoadedModel>(model);
            Model told = use.Value.Model;
            Sized.Write(info, new sp_model_info
            {
                inputs = (uint)told.Graph.Inputs.Count,
                outputs = (uint)told.Graph.Outputs.Count,
                classes = (uint)told.ClassNames.Count,
                has_certificate = told.Certificate is null ? 0u : 1,
            });
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_get_input")]
    public static int GetInput(nint model, uint index, sp_tensor_info* info) => GetTensor(
        model, "input", index, info, graph => [.. graph.Inputs.Select(input => (input.Name, input.Shape))]);

    [UnmanagedCallersOnly(EntryPoint = "sp_model_get_output")]
    public static int GetOutput(nint model, uint index, sp_tensor_info* info) => GetTensor(
        model, "output", index, info, graph => [.. graph.Outputs.Select(output => (output.Name, output.Shape))]);

    [UnmanagedCallersOnly(EntryPoint = "sp_model_class_name")]
    public static nint ClassName(nint model, uint index)
    {
        try
        {
            using Handles.Use<LoadedModel> use = Handles.Take<LoadedModel>(model);
            return use.Value.ClassName(index);
        }
        catch (Exception e)
        {
            Failure.Of(e);
            return 0;
        }
    }

    private static int GetTensor(
        nint model, string what, uint index, sp_tensor_info* info,
        Func<ModelGraph, (string Name, TensorShape Shape)[]> tensorsOf)
    {
        try
        {
            using Handles.Use<LoadedModel> use = Handles.Take<LoadedModel>(model);
            (string Name, TensorShape Shape)[] tensors = tensorsOf(use.Value.Model.Graph);
            if (index >= tensors.Length)
                throw new ArgumentException($"The network has {tensors.Length} {what}s; got the index {index}.");
            Write(info, tensors[index].Name, tensors[index].Shape);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    private static string PathOf(byte* path) => NativeText.Read(path, "A path") is { Length: > 0 } file
        ? file
        : throw new ArgumentException("A path is needed; it is empty.");

    private static UnmanagedMemoryStream StreamOf(byte* data, nuint bytes)
    {
        Results.CheckGiven(data, "The model's bytes are");
        return bytes <= long.MaxValue
            ? new UnmanagedMemoryStream(data, (long)bytes)
            : throw new ArgumentException($"A model has at most {long.MaxValue} bytes; got {bytes}.");
    }

    private static OnnxOptions OptionsOf(in sp_onnx_options given)
    {
        Sized.CheckReserved(nameof(sp_onnx_options), given.reserved);
        if (given.channels > 65536 || (given.channels > 0) != (given.mean is not null || given.deviation is not null))
            throw new ArgumentException(
                "sp_onnx_options.channels is the length of mean and deviation, and 0 if both are null; "
                + $"got {given.channels}.");
        return new OnnxOptions
        {
            Outputs = NativeText.ReadAll(given.outputs, given.output_count, "output values"),
            Preprocessing = given.channels == 0 ? null : new Preprocessing(
                NumbersOf(given.mean, given.channels, 0), NumbersOf(given.deviation, given.channels, 1)),
        }.WithShapes(NativeText.ReadAll(given.shapes, given.shape_count, "shapes"));
    }

    private static float[] NumbersOf(float* numbers, uint count, float otherwise) => numbers is null
        ? [.. Enumerable.Repeat(otherwise, (int)count)]
        : new ReadOnlySpan<float>(numbers, (int)count).ToArray();

    private static void Write(sp_tensor_info* to, string name, TensorShape shape)
    {
        var told = new sp_tensor_info { elements = (ulong)shape.ElementCount, rank = (uint)shape.Rank };
        if (shape.Rank > 8)
            throw new ShapeMismatchException($"sp_tensor_info holds 8 axes; {name} has {shape.Rank}.");
        for (int i = 0; i < shape.Rank; i++)
            told.shape[i] = (uint)shape[i];
        NativeText.Write(name, told.name, 256);
        Sized.Write(to, told);
    }
}
