using System.Numerics;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// SoftPool of an item's maps with weights shared by its channels. With e_ci = exp(x_ci - o) for one origin o, a_i =
/// sum_c e_ci and S = sum a_i over a window, y_c = sum a_i x_ci / S; and dL/dx_ci = a_i P_ci + e_ci U_i, where P_ci is
/// the sum of g_c / S, Q_ci that of g_c y_c / S over the windows that cell i is in, and U_i = sum_c (x_ci P_ci - Q_ci).
/// </summary>
internal sealed class SharedKernel<T> : SoftPoolKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly T[][] _x, _y, _g, _p;
    private readonly T[] _a, _u, _product, _q, _s, _f;
    private readonly WindowSums<T> _sums;
    private SharedWindows<T>? _apart;

    public SharedKernel(Windows windows, int channels) : base(windows, channels, lanes: 1)
    {
        T[][] RentAll(int length) => [.. Enumerable.Range(0, channels).Select(_ => Rent(length))];
        (_x, _p, _y, _g) = (RentAll(Cells), RentAll(Cells), RentAll(Count), RentAll(Count));
        (_a, _u, _product, _q) = (Rent(Cells), Rent(Cells), Rent(Cells), Rent(Cells));
        (_s, _f) = (Rent(Count), Rent(Count));
        _sums = RentSums();
    }

    public override Span<T> Input(int channel) => _x[channel].AsSpan(0, Cells);

    public override ReadOnlySpan<T> Output(int channel) => _y[channel].AsSpan(0, Count);

    public override Span<T> OutputGradient(int channel) => _g[channel].AsSpan(0, Count);

    public override ReadOnlySpan<T> InputGradient(int channel) => _p[channel].AsSpan(0, Cells);

    public override void Forward()
    {
        if (!TryFindOrigin(out T origin))
        {
            (_apart ??= new(Windows)).Forward(_x, _y);
            return;
        }
        SumExponentials(origin);
        var reference = new Vector<T>(CommonOrigin.Reference(origin));
        for (int c = 0; c < Channels; c++)
        {
            SumWeighted(c, reference);
            Span<Vector<T>> y = Vectors(_y[c], Count), s = Vectors(_s, Count), f = Vectors(_f, Count);
            for (int i = 0; i < y.Length; i++)
                y[i] = reference + f[i] / s[i];
        }
    }

    public override void Backward()
    {
        if (!TryFindOrigin(out T origin))
        {
            (_apart ??= new(Windows)).Backward(_x, _g, _p);
            return;
        }
        SumExponentials(origin);
        // All measured from the origin: the gradient knows differences only.
        var shift = new Vector<T>(origin);
        Span<Vector<T>> a = Vectors(_a, Cells), u = Vectors(_u, Cells);
        u.Clear();
        for (int c = 0; c < Channels; c++)
        {
            SumWeighted(c, shift);
            Span<Vector<T>> g = Vectors(_g[c], Count), s = Vectors(_s, Count), f = Vectors(_f, Count);
            for (int i = 0; i < g.Length; i++)
            {
                Vector<T> reciprocal = Vector<T>.One / s[i];
                g[i] *= reciprocal;
                f[i] *= reciprocal * g[i];
            }
            _sums.Spread(_g[c], _p[c]);
            _sums.Spread(_f, _q);
            Span<Vector<T>> x = Vectors(_x[c], Cells), p = Vectors(_p[c], Cells), q = Vectors(_q, Cells);
            for (int i = 0; i < x.Length; i++)
                u[i] += (x[i] - shift) * p[i] - q[i];
        }
        for (int c = 0; c < Channels; c++)
        {
            Span<Vector<T>> x = Vectors(_x[c], Cells), p = Vectors(_p[c], Cells);
            for (int i = 0; i < x.Length; i++)
                p[i] = a[i] * p[i] + VectorMath.Exp(x[i] - shift) * u[i];
        }
    }

    private bool TryFindOrigin(out T origin)
    {
        (T low, T high) = CommonOrigin.Bounds<T>(Input(0));
        for (int c = 1; c < Channels; c++)
        {
            (T lowest, T highest) = CommonOrigin.Bounds<T>(Input(c));
            (low, high) = (T.Min(low, lowest), T.Max(high, highest));
        }
        return CommonOrigin.TryFind((low, high), out origin);
    }

    /// <summary>Sets a and S.</summary>
    private void SumExponentials(T origin)
    {
        var shift = new Vector<T>(origin);
        Span<Vector<T>> a = Vectors(_a, Cells);
        a.Clear();
        for (int c = 0; c < Channels; c++)
        {
            Span<Vector<T>> x = Vectors(_x[c], Cells);
            for (int i = 0; i < a.Length; i++)
                a[i] += VectorMath.Exp(x[i] - shift);
        }
        _sums.Sum(_a, _s);
    }

    /// <summary>Sets F to the sum of a_i (x_ci - reference).</summary>
    private void SumWeighted(int channel, Vector<T> reference)
    {
        Span<Vector<T>> x = Vectors(_x[channel], Cells), a = Vectors(_a, Cells), product = Vectors(_product, Cells);
        for (int i = 0; i < x.Length; i++)
            product[i] = a[i] * (x[i] - reference);
        _sums.Sum(_product, _f);
    }
}
