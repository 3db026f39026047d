namespace SoftPool.Execution;

/// <summary>How long tuning may take. When one of the two is used up, no other measurement begins; what has not had its
/// turn stays a guess.</summary>
/// <param name="Worked">For how long the device works, without the driver's compilation.</param>
/// <param name="Whole">How long all takes, the driver's compilation included.</param>
internal readonly record struct TuningBudget(TimeSpan Worked, TimeSpan Whole);
