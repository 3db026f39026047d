using SoftPool.Operators;

namespace SoftPool.Torch.Export.Converters;

/// <summary>What reads several tensors.</summary>
internal static class Arithmetic
{
    public static void AddTo(ConverterTable table)
    {
        table.Add<Modules.Add>((_, _) => new(new Add()));
        table.Add<Modules.Concat>((_, _) => new(new Concat()));
        table.Add<Modules.MatMul>((_, _) => new(new MatMul()));
        table.Add<Modules.Multiply>((_, _) => new(new Multiply()));
        table.Add<Modules.Subtract>((_, _) => new(new Subtract()));
    }
}
