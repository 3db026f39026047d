using System.Numerics;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// SoftPool of one map, or of some side by side, with weights of its own. With e_i = exp(x_i - o) for one origin o, S =
/// sum e_i and F = sum e_i x_i over a window, y = F / S; and dL/dx_i = e_i ((1 + x_i) P_i - Q_i), where P_i and Q_i are
/// the sums of g / S and g y / S over the windows that cell i is in: one exponential a cell, the rest are
/// <see cref="WindowSums{T}"/>.
/// </summary>
internal sealed class PerChannelKernel<T> : SoftPoolKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly T[] _x, _e, _product, _p, _q, _y, _g, _s, _f;
    private readonly WindowSums<T> _sums;
    private PerChannelWindows<T>? _apart;

    public PerChannelKernel(Windows windows, int lanes) : base(windows, channels: 1, lanes)
    {
        (_x, _e, _product, _p, _q) = (Rent(Cells), Rent(Cells), Rent(Cells), Rent(Cells), Rent(Cells));
        (_y, _g, _s, _f) = (Rent(Count), Rent(Count), Rent(Count), Rent(Count));
        _sums = RentSums();
    }

    public override Span<T> Input(int channel) => _x.AsSpan(0, Cells);

    public override ReadOnlySpan<T> Output(int channel) => _y.AsSpan(0, Count);

    public override Span<T> OutputGradient(int channel) => _g.AsSpan(0, Count);

    public override ReadOnlySpan<T> InputGradient(int channel) => _product.AsSpan(0, Cells);

    public override void Forward()
    {
        if (!CommonOrigin.TryFind(CommonOrigin.Bounds<T>(Input(0)), out T origin))
        {
            (_apart ??= new(Windows, Lanes)).Forward(Input(0), _y.AsSpan(0, Count));
            return;
        }
        var reference = new Vector<T>(CommonOrigin.Reference(origin));
        SumExponentials(origin, reference);
        Span<Vector<T>> y = Vectors(_y, Count), s = Vectors(_s, Count), f = Vectors(_f, Count);
        for (int i = 0; i < y.Length; i++)
            y[i] = reference + f[i] / s[i];
    }

    public override void Backward()
    {
        if (!CommonOrigin.TryFind(CommonOrigin.Bounds<T>(Input(0)), out T origin))
        {
            (_apart ??= new(Windows, Lanes)).Backward(Input(0), _g.AsSpan(0, Count), _product.AsSpan(0, Cells));
            return;
        }
        // All measured from the origin: the gradient knows differences only.
        var shift = new Vector<T>(origin);
        SumExponentials(origin, shift);
        Span<Vector<T>> g = Vectors(_g, Count), s = Vectors(_s, Count), f = Vectors(_f, Count);
        for (int i = 0; i < g.Length; i++)
        {
            Vector<T> reciprocal = Vector<T>.One / s[i];
            s[i] = g[i] * reciprocal;
            f[i] *= reciprocal * s[i];
        }
        _sums.Spread(_s, _p);
        _sums.Spread(_f, _q);
        Span<Vector<T>> x = Vectors(_x, Cells), e = Vectors(_e, Cells), gradient = Vectors(_product, Cells);
        Span<Vector<T>> p = Vectors(_p, Cells), q = Vectors(_q, Cells);
        for (int i = 0; i < x.Length; i++)
            gradient[i] = e[i] * ((x[i] - shift + Vector<T>.One) * p[i] - q[i]);
    }

    /// <summary>Sets S and F, with x measured from a reference.</summary>
    private void SumExponentials(T origin, Vector<T> reference)
    {
        var shift = new Vector<T>(origin);
        Span<Vector<T>> x = Vectors(_x, Cells), e = Vectors(_e, Cells), product = Vectors(_product, Cells);
        for (int i = 0; i < x.Length; i++)
        {
            e[i] = VectorMath.Exp(x[i] - shift);
            product[i] = e[i] * (x[i] - reference);
        }
        _sums.Sum(_e, _s);
        _sums.Sum(_product, _f);
    }
}
