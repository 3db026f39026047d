namespace SoftPool.ShaderCompiler;

/// <summary>What a shader is compiled for, by its own text: 32 bits and 16, unless it says "// Only in" one of them; with
/// texel.glsl once more to read texels, in 16 bits unless it says "// Texels only in 32 bits"; with strict.glsl for the
/// same bits on every device.</summary>
internal static class Compilations
{
    /// <summary>The compilations of a shader: what the name of each has behind the shader's, and the macros that are
    /// defined for it.</summary>
    public static (string Ending, string[] Macros)[] Of(string text)
    {
        List<(string Ending, string[] Macros)> compilations = [];
        if (!Says("// Only in 16 bits"))
            compilations.Add(("", []));
        if (!Says("// Only in 32 bits"))
            compilations.Add((".fp16", ["FP16"]));
        if (Says("\"strict.glsl\""))
            compilations.Add((".strict", ["STRICT"]));
        if (Says("\"texel.glsl\""))
            compilations.AddRange(
            [
                .. from compilation in compilations
                   where compilation.Ending != ".fp16" || !Says("// Texels only in 32 bits")
                   select ($"_texel{compilation.Ending}", (string[])["TEXEL", .. compilation.Macros]),
            ]);
        return [.. compilations];

        bool Says(string words) => text.Contains(words, StringComparison.Ordinal);
    }
}
