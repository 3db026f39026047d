using System.Diagnostics;
using System.Globalization;
using SoftPool;
using SoftPool.FrameLoop;

// A sample: a program that draws 30 frames a second in the terminal while a network looks at what it draws. First with
// each inference in one piece, which makes frames late; then spread over frames by a Stepper; then beside them by
// RunAsync. Usage: frameloop [MODEL.safetensors] [SECONDS]. Without a model it looks through a small untrained one.
TimeSpan frame = TimeSpan.FromSeconds(1.0 / 30), budget = frame / 3;
Model model = args.Length > 0 ? Model.Load(args[0]) : SmallModel.Create();
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 4;

var opening = Stopwatch.StartNew();
using GpuDevice gpu = GpuDevice.Create();
opening.Stop();
using InferenceSession session = gpu.CreateSession(model);
var scene = new Scene(model.Graph.InputShape);
var logits = new float[model.Graph.OutputShape.ElementCount];
Console.WriteLine(
    $"{model.Graph.Name} on {gpu.Info.Name}, opened in {opening.Elapsed.TotalMilliseconds:F0} ms, a frame every "
    + $"{frame.TotalMilliseconds:F0} ms");

Play("in one piece", () =>
{
    session.Run(scene.Pixels, logits);
    return true;
});

using Stepper stepper = session.CreateStepper();
stepper.Start(scene.Pixels);
Play("in steps", () =>
{
    if (!stepper.Step(budget))
        return false;
    stepper.Finish(logits);
    stepper.Start(scene.Pixels);
    return true;
});

Task running = Task.CompletedTask;
var seen = new float[scene.Pixels.Length];
Play("beside", () =>
{
    if (!running.IsCompleted)
        return false;
    running.GetAwaiter().GetResult();
    scene.Pixels.CopyTo(seen, 0);
    running = session.RunAsync(seen, logits);
    return true;
});
await running;

// Draws frames for a while; `infer` takes the inference further and says whether one was completed.
void Play(string way, Func<bool> infer)
{
    infer(); // The first time round, drivers compile.
    (int frames, int late, int inferences, double worst) = (0, 0, 0, 0);
    for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds; frames++)
    {
        long begin = Stopwatch.GetTimestamp();
        scene.Draw(frames);
        inferences += infer() ? 1 : 0;
        TimeSpan spent = Stopwatch.GetElapsedTime(begin);
        late += spent > frame ? 1 : 0;
        worst = Math.Max(worst, spent.TotalMilliseconds);
        if (spent < frame)
            Thread.Sleep(frame - spent);
    }
    Scene.Clear();
    Console.WriteLine($"{way,-12}  {frames} frames, {late} late, the longest {worst:F0} ms; {inferences} inferences");
}
