namespace SoftPool.Operators;

/// <summary>What <see cref="Upsample"/> makes its output of along an axis.</summary>
internal static class UpsampleAxis
{
    public static TapAxis OfRows(Upsample op, TensorShape input, TensorShape output) =>
        Of(op, input[1], output[1], op.ScaleFactor.Height);

    public static TapAxis OfColumns(Upsample op, TensorShape input, TensorShape output) =>
        Of(op, input[2], output[2], op.ScaleFactor.Width);

    /// <summary>Along an axis of an extent, to another.</summary>
    /// <param name="op">Mode, coordinates, and what goes with them.</param>
    /// <param name="from">The input's extent.</param>
    /// <param name="to">The output's.</param>
    /// <param name="scale">The factor of coordinates; 0 for to / from.</param>
    /// <param name="antialias">Whether, where the extent shrinks, each place is a mean over what it covers: the
    /// function of the mode is stretched by the factor, as in Pillow and in ONNX's Resize.</param>
    public static TapAxis Of(Upsample op, int from, int to, double scale, bool antialias = false)
    {
        double stretch = scale == 0 ? (double)from / to : 1 / scale;
        if (antialias && stretch > 1)
            return Stretched(op, from, to, scale, stretch);
        int taps = op.Mode switch { UpsampleMode.Nearest => 1, UpsampleMode.Bilinear => 2, _ => 4 };
        var axis = new TapAxis(taps, new uint[to * taps], new double[to * taps]);
        for (int target = 0; target < to; target++)
        {
            // Beyond the ends all taps are the last element, so farther than one away makes no difference.
            double place = Math.Clamp(PlaceOf(op.Coordinates, target, from, to, scale), -1, from);
            int first = op.Mode switch
            {
                UpsampleMode.Nearest => Nearest((float)place, op.NearestMode),
                UpsampleMode.Bilinear => (int)Math.Floor(place),
                _ => (int)Math.Floor(place) - 1,
            };
            Span<double> weights = axis.Weights.AsSpan(target * taps, taps);
            Weigh(op, place - Math.Floor(place), weights);
            if (op.ExcludeOutside)
                Exclude(first, from, weights);
            for (int tap = 0; tap < taps; tap++)
                axis.Places[target * taps + tap] = (uint)Math.Clamp(first + tap, 0, from - 1);
        }
        return axis;
    }

    private static TapAxis Stretched(Upsample op, int from, int to, double scale, double stretch)
    {
        double support = stretch * (op.Mode == UpsampleMode.Bilinear ? 1 : 2);
        int taps = 2 * (int)Math.Ceiling(support) + 1;
        var axis = new TapAxis(taps, new uint[to * taps], new double[to * taps]);
        for (int target = 0; target < to; target++)
        {
            double place = Math.Clamp(PlaceOf(op.Coordinates, target, from, to, scale), -1, from);
            int first = (int)Math.Floor(place) - taps / 2;
            Span<double> weights = axis.Weights.AsSpan(target * taps, taps);
            for (int tap = 0; tap < taps; tap++)
            {
                weights[tap] = Weight(op, Math.Abs(first + tap - place) / stretch);
                if (op.ExcludeOutside && (first + tap < 0 || first + tap >= from))
                    weights[tap] = 0;
                axis.Places[target * taps + tap] = (uint)Math.Clamp(first + tap, 0, from - 1);
            }
            double sum = 0;
            foreach (double weight in weights)
                sum += weight;
            for (int tap = 0; tap < taps; tap++)
                weights[tap] /= sum;
        }
        return axis;
    }

    /// <summary>The weight of what is so far away: a triangle, or the cubic.</summary>
    private static double Weight(Upsample op, double x)
    {
        double a = op.CubicCoeffA;
        return op.Mode == UpsampleMode.Bilinear ? Math.Max(1 - x, 0)
            : x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * a
            : 0;
    }

    private static double PlaceOf(UpsampleCoordinates coordinates, int target, int from, int to, double scale)
    {
        double resized = scale == 0 ? to : scale * from;
        return coordinates switch
        {
            UpsampleCoordinates.Asymmetric => Scaled(target),
            UpsampleCoordinates.AlignCorners => to == 1 ? 0 : (double)target * (from - 1) / (to - 1),
            UpsampleCoordinates.PytorchHalfPixel when to == 1 => 0,
            UpsampleCoordinates.HalfPixelSymmetric => from / 2.0 * (1 - to / resized) + Scaled(target + 0.5) - 0.5,
            _ => Scaled(target + 0.5) - 0.5,
        };

        double Scaled(double place) => scale == 0 ? place * from / to : place / scale;
    }

    /// <summary>Of a place in single precision: what rounding in double has put beside the middle is in the middle
    /// again.</summary>
    private static int Nearest(float place, UpsampleRounding rounding) => (int)(rounding switch
    {
        UpsampleRounding.Floor => MathF.Floor(place),
        UpsampleRounding.Ceil => MathF.Ceiling(place),
        UpsampleRounding.RoundPreferFloor => MathF.Ceiling(place - 0.5f),
        _ => MathF.Floor(place + 0.5f),
    });

    /// <summary>The weights of the taps for a place so far behind the one that it is rounded down to.</summary>
    private static void Weigh(Upsample op, double beyond, Span<double> weights)
    {
        switch (op.Mode)
        {
            case UpsampleMode.Nearest:
                weights[0] = 1;
                break;
            case UpsampleMode.Bilinear:
                (weights[0], weights[1]) = (1 - beyond, beyond);
                break;
            default:
                double a = op.CubicCoeffA;
                (weights[0], weights[1]) = (Far(1 + beyond), Near(beyond));
                (weights[2], weights[3]) = (Near(1 - beyond), Far(2 - beyond));
                break;

                double Near(double x) => ((a + 2) * x - (a + 3)) * x * x + 1;

                double Far(double x) => ((x - 5) * x + 8) * x * a - 4 * a;
        }
    }

    /// <summary>Takes the weight of elements that there are not, and makes the others add up to 1 again.</summary>
    private static void Exclude(int first, int from, Span<double> weights)
    {
        double total = 0;
        for (int tap = 0; tap < weights.Length; tap++)
            total += weights[tap] = first + tap >= 0 && first + tap < from ? weights[tap] : 0;
        for (int tap = 0; tap < weights.Length; tap++)
            weights[tap] /= total;
    }
}
