namespace SoftPool.Trainer.Tests.Commands;

/// <summary>The program as a user starts it.</summary>
internal static class Softpool
{
    public static string Program => Path.Combine(AppContext.BaseDirectory, "softpool.dll");

    public static Command Run(params string[] arguments) => Run([], arguments);

    /// <param name="environment">Variables to set for the command.</param>
    /// <param name="arguments">What stands behind "softpool".</param>
    public static Command Run(IEnumerable<(string Name, string Value)> environment, params string[] arguments) =>
        Command.Dotnet(environment, [Program, .. arguments]);
}
