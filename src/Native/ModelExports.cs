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
            string file = NativeText.Read(path, "A path");
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
            Results.Check(data, "model's bytes");
            if (bytes > long.MaxValue)
                throw new ArgumentException($"A model has at most {long.MaxValue} bytes; got {bytes}.");
            if (format is not (Safetensors or Onnx))
                throw new ArgumentException($"The format is {format}; expected is SP_SAFETENSORS or SP_ONNX.");
            using var stream = new UnmanagedMemoryStream(data, (long)bytes);
            Results.Give(
                model, new LoadedModel(format == Onnx ? Model.FromOnnx(stream) : Model.Load(stream)));
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
            Results.Check(shape, "shape");
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
    public static int GetInput(nint model, uint index, sp_tensor_info* info)
    {
        try
        {
            using Handles.Use<LoadedModel> use = Handles.Take<LoadedModel>(model);
            IReadOnlyList<NetworkInput> inputs = use.Value.Model.Graph.Inputs;
            CheckIndex("input", index, inputs.Count);
            Write(info, inputs[(int)index].Name, inputs[(int)index].Shape);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "sp_model_get_output")]
    public static int GetOutput(nint model, uint index, sp_tensor_info* info)
    {
        try
        {
            using Handles.Use<LoadedModel> use = Handles.Take<LoadedModel>(model);
            IReadOnlyList<NetworkOutput> outputs = use.Value.Model.Graph.Outputs;
            CheckIndex("output", index, outputs.Count);
            Write(info, outputs[(int)index].Name, outputs[(int)index].Shape);
            return Failure.None;
        }
        catch (Exception e)
        {
            return Failure.Of(e);
        }
    }

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

    private static void CheckIndex(string what, uint index, int count)
    {
        if (index >= count)
            throw new ArgumentException($"The network has {count} {what}s; got the index {index}.");
    }

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
