using SoftPool.Planning;

namespace SoftPool.Operators.Convolutions;

/// <summary>How a first kernel lays out a convolution's input, padding included, in words of some numbers, so that a window is a number
/// of words at places that are the same for every window, counted from where it begins.</summary>
internal interface IWordLayout
{
    /// <summary>The size of it all, at most.</summary>
    long ByteCount { get; }

    /// <summary>Words of one window.</summary>
    int Window { get; }

    /// <summary>Where the words of windows are, as the constants 5 to 12 of conv2d_packed.glsl.</summary>
    uint[] Places { get; }

    /// <summary>Where each weight (O, C / groups, kH, kW) belongs: its place there, its output channel, and the word of a window and the
    /// number in the word that it is multiplied with.</summary>
    IEnumerable<(int From, int Output, int Word, int Number)> Weights();

    /// <summary>Adds the launch that lays the input out.</summary>
    Activation Dispatch();
}
