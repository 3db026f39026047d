namespace SoftPool.Reference;

/// <summary>Doubles: a result rounded to a float is the correctly rounded one but for its last step.</summary>
internal readonly record struct Exact(double Value) : IReal<Exact>
{
    public Exact Passed => this;

    public float Stored => (float)Value;

    public static Exact Of(float x) => new(x);

    public static Exact Of(double x) => new(x);

    public static Exact ExpNonpositive(Exact x) => new(Math.Exp(x.Value));

    public static Exact Exp(Exact x) => new(Math.Exp(x.Value));

    public static Exact Log(Exact x) => new(Math.Log(x.Value));

    public static Exact Reciprocal(Exact x) => new(1 / x.Value);

    public static Exact Floor(Exact x) => new(Math.Floor(x.Value));

    public static Exact ReciprocalRoot(Exact x) => new(1 / Math.Sqrt(x.Value));

    public static Exact Quotient(Exact a, Exact b) => a / b;

    public static Exact Pow(Exact x, Exact y) => new(Math.Pow(x.Value, y.Value));

    public static Exact Sin(Exact x) => new(Math.Sin(x.Value));

    public static Exact Cos(Exact x) => new(Math.Cos(x.Value));

    public static Exact Tan(Exact x) => new(Math.Tan(x.Value));

    public static bool IsNaN(Exact x) => double.IsNaN(x.Value);

    public static Exact operator +(Exact a, Exact b) => new(a.Value + b.Value);

    public static Exact operator -(Exact a, Exact b) => new(a.Value - b.Value);

    public static Exact operator *(Exact a, Exact b) => new(a.Value * b.Value);

    public static Exact operator /(Exact a, Exact b) => new(a.Value / b.Value);

    public static Exact operator -(Exact a) => new(-a.Value);

    public static bool operator <(Exact a, Exact b) => a.Value < b.Value;

    public static bool operator >(Exact a, Exact b) => a.Value > b.Value;

    public static bool operator <=(Exact a, Exact b) => a.Value <= b.Value;

    public static bool operator >=(Exact a, Exact b) => a.Value >= b.Value;
}
