using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Verification;

/// <summary>An ONNX file in ONNX Runtime on the CPU, which also gives values within the graph.</summary>
internal sealed class OnnxRunner : IDisposable
{
    private readonly Microsoft.ML.OnnxRuntime.InferenceSession _session;
    private readonly Microsoft.ML.OnnxRuntime.SessionOptions _options;
    private readonly string _path;

    /// <param name="path">The file.</param>
    /// <param name="values">The values that it gives beside its outputs.</param>
    /// <param name="optimised">Whether nodes may be fused: values within the graph are then gone.</param>
    /// <param name="threads">How many threads it has; null for its own number.</param>
    public OnnxRunner(string path, IEnumerable<string> values, bool optimised, int? threads = null)
    {
        _path = path;
        _options = new Microsoft.ML.OnnxRuntime.SessionOptions
        {
            GraphOptimizationLevel = optimised
                ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // Errors are exceptions.
        };
        if (threads is { } count)
            _options.IntraOpNumThreads = count;
        try
        {
            _options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            // What is read from memory has no folder of its own for external data.
            _options.AddSessionConfigEntry(
                "session.model_external_initializers_file_folder_path", Path.GetDirectoryName(Path.GetFullPath(path)));
            byte[] file = [.. RegularFile.ReadAllBytes(path), .. Outputs(values)];
            _session = new Microsoft.ML.OnnxRuntime.InferenceSession(file, _options);
        }
        catch (OnnxRuntimeException e)
        {
            _options.Dispose();
            throw Refusal("does not take", e);
        }
    }

    /// <summary>Its version.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Computes values of the graph.</summary>
    /// <param name="inputs">The name of each input, its shape, batch first, and its elements.</param>
    /// <param name="values">The names of the values.</param>
    /// <param name="take">Takes each value, in the order of the names.</param>
    public void Run(
        IReadOnlyList<(string Name, long[] Shape, float[] Elements)> inputs, IReadOnlyCollection<string> values,
        Action<string, ReadOnlySpan<float>> take)
    {
        OrtValue[] tensors = [.. inputs.Select(input => Tensor(input.Name, input.Shape, input.Elements))];
        try
        {
            using var options = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using IDisposableReadOnlyCollection<OrtValue> results =
                _session.Run(options, [.. inputs.Select(input => input.Name)], tensors, values);
            foreach ((string name, OrtValue value) in values.Zip(results))
                take(name, Floats(value));
        }
        catch (OnnxRuntimeException e)
        {
            throw Refusal("cannot compute", e);
        }
        finally
        {
            Array.ForEach(tensors, tensor => tensor.Dispose());
        }
    }

    private UserErrorException Refusal(string what, OnnxRuntimeException e) =>
        new($"ONNX Runtime {what} {_path}: {e.Message.Split('\n')[0]}");

    /// <summary>Elements of an input, in the type that the file gives it.</summary>
    public OrtValue Tensor(string name, long[] shape, float[] elements) =>
        _session.InputMetadata[name].ElementDataType switch
        {
            TensorElementType.Float16 => OrtValue.CreateTensorValueFromMemory(
                Array.ConvertAll(elements, number => (Float16)number), shape),
            TensorElementType.Double =>
                OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(elements, number => (double)number), shape),
            TensorElementType.UInt8 =>
                OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(elements, number => (byte)number), shape),
            _ => OrtValue.CreateTensorValueFromMemory(elements, shape),
        };

    /// <summary>The elements; of truth values 0 and 1, of places the floats that layers give.</summary>
    private static ReadOnlySpan<float> Floats(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Bool =>
            Array.ConvertAll(value.GetTensorDataAsSpan<bool>().ToArray(), holds => holds ? 1f : 0),
        TensorElementType.Double =>
            Array.ConvertAll(value.GetTensorDataAsSpan<double>().ToArray(), number => (float)number),
        TensorElementType.UInt8 =>
            Array.ConvertAll(value.GetTensorDataAsSpan<byte>().ToArray(), number => (float)number),
        TensorElementType.Float16 =>
            Array.ConvertAll(value.GetTensorDataAsSpan<Float16>().ToArray(), number => (float)number),
        TensorElementType.Int64 =>
            Array.ConvertAll(value.GetTensorDataAsSpan<long>().ToArray(), number => (float)number),
        _ => value.GetTensorDataAsSpan<float>(),
    };

    /// <summary>Computes values, which the caller disposes together.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> tensors, IReadOnlyCollection<string> values)
    {
        using var options = new RunOptions();
        return _session.Run(options, inputs, tensors, values);
    }

    /// <summary>Computes values into tensors of their shapes.</summary>
    public void Run(
        IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> tensors, IReadOnlyCollection<string> values,
        IReadOnlyCollection<OrtValue> results)
    {
        using var options = new RunOptions();
        _session.Run(options, inputs, tensors, values, results);
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }

    /// <summary>A model that has graph outputs alone: behind a file's bytes it is a part of the file's model, because
    /// protobuf merges messages.</summary>
    private static byte[] Outputs(IEnumerable<string> names)
    {
        List<byte> graph = [];
        foreach (string name in names)
            graph.AddRange(Field(12, Field(1, System.Text.Encoding.UTF8.GetBytes(name))));
        return graph.Count == 0 ? [] : Field(7, [.. graph]);
    }

    private static byte[] Field(int number, byte[] content)
    {
        List<byte> field = [(byte)(number << 3 | 2)];
        uint length = (uint)content.Length;
        for (; length >= 0x80; length >>= 7)
            field.Add((byte)(length | 0x80));
        return [.. field, (byte)length, .. content];
    }
}
