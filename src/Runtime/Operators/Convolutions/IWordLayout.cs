using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions;

/// <summary>How a first kernel lays out a convolution's input, padding included, in words of some numbers, so that a
/// window is a number of words at places that are the same for every window, counted from where it begins.</summary>
internal interface IWordLayout
{
    /// <summary>How many numbers it is. Padding may make them more than fit anywhere.</summary>
    long Count { get; }

    /// <summary>Words of one window.</summary>
    int Window { get; }

    /// <summary>Where the words of windows are, as constants of conv2d_packed.glsl. Where it <see cref="Fits"/>,
    /// those that exceed 32 bits lead to windows and rows that are not there.</summary>
    SpecializationConstant[] Places { get; }

    /// <summary>Where each weight (O, C / groups, kH, kW) belongs: its place there, its output channel, and the word of
    /// a window and the number in the word that it is multiplied with.</summary>
    IEnumerable<(int From, int Output, int Word, int Number)> Weights();

    /// <summary>Adds the launch that lays the input out.</summary>
    Activation Dispatch();

    /// <summary>Whether a buffer holds it all and kernels can count it.</summary>
    bool Fits(PlanOptions options) => Count <= int.MaxValue && Count * sizeof(float) <= options.LargestBuffer;
}
