using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.ShaderCompiler;

/// <summary>Finds what shaders include: beside the including file first, then in the include directory.</summary>
internal sealed class IncludeResolver
{
    // A file that includes itself would otherwise be read until memory ends.
    private const int MaxDepth = 32;

    private readonly string _includeDirectory;

    public IncludeResolver(string includeDirectory)
    {
        _includeDirectory = includeDirectory;
        Resolve = Answer;
        Release = Free;
    }

    // Native code keeps the addresses of these two: as properties they live as long as this object.
    public PfnIncludeResolveFn Resolve { get; }

    public PfnIncludeResultReleaseFn Release { get; }

    private nint Answer(nint userData, string requested, IncludeType type, string requesting, nuint depth)
    {
        if (depth > MaxDepth)
            return Allocate("", $"includes are nested more than {MaxDepth} deep");
        // glslang asks for a quoted name twice: first as Relative, then as Standard.
        string? directory = type == IncludeType.Relative ? Path.GetDirectoryName(requesting) : _includeDirectory;
        string path = Path.GetFullPath(Path.Combine(directory ?? "", requested));
        if (!File.Exists(path))
            return Allocate("", $"no file {path}");
        try
        {
            return Allocate(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No exception may pass through native frames.
            return Allocate("", e.Message);
        }
    }

    private static nint Allocate(string sourceName, string content)
    {
        nint result = Marshal.AllocHGlobal(Marshal.SizeOf<IncludeResult>());
        Marshal.StructureToPtr(
            new IncludeResult
            {
                SourceName = Marshal.StringToCoTaskMemUTF8(sourceName),
                SourceNameLength = (nuint)Encoding.UTF8.GetByteCount(sourceName),
                Content = Marshal.StringToCoTaskMemUTF8(content),
                ContentLength = (nuint)Encoding.UTF8.GetByteCount(content),
            },
            result,
            fDeleteOld: false);
        return result;
    }

    private static void Free(nint userData, nint result)
    {
        IncludeResult answer = Marshal.PtrToStructure<IncludeResult>(result);
        Marshal.FreeCoTaskMem(answer.SourceName);
        Marshal.FreeCoTaskMem(answer.Content);
        Marshal.FreeHGlobal(result);
    }
}
