using SoftPool.Operators;

namespace SoftPool.FrameLoop;

/// <summary>A network for those who have trained none yet: ten layers of work, random weights.</summary>
internal static class SmallModel
{
    public static Model Create()
    {
        var layers = new List<Layer>();
        int channels = 3;
        for (int stage = 0; stage < 3; stage++)
        {
            for (int i = 0; i < 2; i++)
            {
                layers.Add(new Layer($"conv{stage}_{i}", new Conv2d(channels, channels = 32 << stage, 3, 1, 1)));
                layers.Add(new Layer($"relu{stage}_{i}", new ReLU()));
            }
            layers.Add(new Layer($"pool{stage}", new SoftPool2d(3, 2, 1, false, SoftPoolWeighting.PerChannel)));
        }
        layers.Add(new Layer("average", new GlobalAvgPool()));
        layers.Add(new Layer("flatten", new Flatten()));
        layers.Add(new Layer("linear", new Linear(channels, 10)));
        var graph = new ModelGraph("small", new TensorShape(3, 96, 96), layers);
        var random = new Random(1);
        return new Model(
            graph,
            graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => new Tensor(
                parameter.Shape,
                Enumerable.Range(0, parameter.Shape.ElementCount)
                    .Select(_ => random.NextSingle() * 0.1f - 0.05f).ToArray())),
            [], Preprocessing.ImageNet);
    }
}
