using System.Diagnostics;
using SoftPool.Operators;
using static SoftPool.Runtime.Tests.EmbeddingTests;

namespace SoftPool.Runtime.Tests;

/// <summary>An inference in steps, over the frames of its host.</summary>
[TestClass]
public sealed class SteppedInferenceTests
{
    [TestMethod]
    public void Steps_come_to_the_same_output_over_any_number_of_frames()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        using Stepper stepper = session.CreateStepper();
        Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Step(TimeSpan.Zero));
        var steps = new List<int>();
        foreach (TimeSpan budget in (TimeSpan[])[TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(1)])
        {
            stepper.Start(Input);
            Assert.ThrowsExactly<InvalidOperationException>(() => stepper.Finish(new float[Outputs]));
            int count = 1;
            while (!stepper.Step(budget))
                count++;
            steps.Add(count);
            var output = new float[Outputs];
            stepper.Finish(output);
            CollectionAssert.AreEqual(Expected, output);
        }
        // A budget of nothing still does one launch a step; a minute holds them all.
        Assert.IsGreaterThan(10, steps[0]);
        Assert.AreEqual(steps[0], steps[1]);
        Assert.AreEqual(1, steps[2]);
    }

    [TestMethod]
    public void An_inference_in_steps_ends_with_as_many_items_as_it_began_with()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        using Stepper stepper = session.CreateStepper();
        stepper.Start(Input.AsSpan(0, Input.Length / Batch));
        while (!stepper.Step(TimeSpan.FromMinutes(1)))
        {
        }
        foreach (int length in (int[])[0, Outputs / Batch - 1, Outputs])
            Assert.ThrowsExactly<ShapeMismatchException>(() => stepper.Finish(new float[length]), $"{length}");
        var output = new float[Outputs / Batch];
        stepper.Finish(output);
        CollectionAssert.AreEqual(Expected[..output.Length], output);
    }

    [TestMethod]
    public void An_inference_that_is_given_up_leaves_nothing_to_the_next()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        using Stepper stepper = session.CreateStepper();
        stepper.Start(new float[Input.Length]);
        for (int i = 0; i < 5; i++)
            Assert.IsFalse(stepper.Step(TimeSpan.Zero));
        stepper.Start(Input);
        while (!stepper.Step(TimeSpan.Zero))
        {
        }
        var output = new float[Outputs];
        stepper.Finish(output);
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public void A_step_stops_before_a_launch_that_took_longer_than_what_is_left()
    {
        // Small launches, a large one, a small one.
        Model model = TestModels.WithZeros(TestModels.Sequential(
            new TensorShape(64, 64, 64), new ReLU(), new MaxPool2d(1, 1, 0, false), new Conv2d(64, 128, 9, 1, 4), new GlobalAvgPool()));
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        using Stepper stepper = session.CreateStepper();
        _ = StepsOf(TimeSpan.Zero);
        // With half of what the large one takes: what is ahead of it, itself, what is behind it. A busy machine may be
        // late once.
        Assert.IsTrue(Enumerable.Range(0, 5).Any(_ => StepsOf(StepsOf(TimeSpan.Zero).Max() / 2).Count >= 3));

        List<TimeSpan> StepsOf(TimeSpan budget)
        {
            stepper.Start(new float[model.Graph.InputShape.ElementCount]);
            var durations = new List<TimeSpan>();
            for (bool done = false; !done;)
            {
                long begin = Stopwatch.GetTimestamp();
                done = stepper.Step(budget);
                durations.Add(Stopwatch.GetElapsedTime(begin));
            }
            return durations;
        }
    }
}
