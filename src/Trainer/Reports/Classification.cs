namespace SoftPool.Trainer.Reports;

/// <summary>What a network answers to the images of a set, held against the truth.</summary>
internal sealed class Classification
{
    /// <param name="classNames">The classes; labels and answers are indices into them.</param>
    /// <param name="labels">The true class of each image.</param>
    /// <param name="answers">The answered class of each image.</param>
    /// <param name="confidences">The probability that the network gives each answer, in [0, 1].</param>
    /// <exception cref="ArgumentException">The numbers of labels, answers and confidences differ.</exception>
    public Classification(IReadOnlyList<string> classNames, int[] labels, int[] answers, float[] confidences)
    {
        if (labels.Length != answers.Length || labels.Length != confidences.Length)
            throw new ArgumentException(
                $"Each image has a label, an answer and a confidence; got {labels.Length}, {answers.Length} and "
                + $"{confidences.Length}.",
                nameof(answers));
        (ClassNames, Labels, Answers, Confidences) = (classNames, labels, answers, confidences);
        Confusion = new int[classNames.Count, classNames.Count];
        for (int i = 0; i < labels.Length; i++)
            Confusion[labels[i], answers[i]]++;
    }

    /// <summary>Puts the answers to all images together.</summary>
    /// <param name="classNames">The classes; labels and answers are indices into them.</param>
    /// <param name="answers">The answer to each image.</param>
    public static Classification Of(IReadOnlyList<string> classNames, IReadOnlyCollection<ImageAnswer> answers) => new(
        classNames, [.. answers.Select(image => image.Label)], [.. answers.Select(image => image.Answer)],
        [.. answers.Select(image => image.Confidence)]);

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The names of the classes, cut to a length that pictures have room for.</summary>
    public IReadOnlyList<string> ShortNames =>
        [.. ClassNames.Select(name =>
            name.Length <= 24 ? name : $"{name[..(char.IsHighSurrogate(name[22]) ? 22 : 23)]}…")];

    public IReadOnlyList<int> Labels { get; }
    public IReadOnlyList<int> Answers { get; }
    public IReadOnlyList<float> Confidences { get; }

    /// <summary>The number of images of a class (row) that were answered as a class (column).</summary>
    public int[,] Confusion { get; }

    /// <summary>The number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>The number of right answers.</summary>
    public int Right => Classes.Sum(c => Confusion[c, c]);

    /// <summary>The part of right answers, in [0, 1].</summary>
    public double Accuracy => (double)Right / Count;

    /// <summary>The indices of the classes.</summary>
    public IEnumerable<int> Classes => Enumerable.Range(0, ClassNames.Count);

    /// <summary>The number of images of a class.</summary>
    public int CountOf(int label) => Classes.Sum(answer => Confusion[label, answer]);

    /// <summary>The part of a class's images that were answered right, in [0, 1]; NaN where it has none.</summary>
    public double RecallOf(int label) => Share(Confusion[label, label], CountOf(label));

    /// <summary>The part of the answers of a class that were right, in [0, 1]; NaN where it was never
    /// answered.</summary>
    public double PrecisionOf(int answer) =>
        Share(Confusion[answer, answer], Classes.Sum(label => Confusion[label, answer]));

    /// <summary>The most frequent mistake, the first of equals; null where all answers are right.</summary>
    public (int Label, int Answer, int Images)? MostFrequentMistake
    {
        get
        {
            (int Label, int Answer, int Images) most = Classes
                .SelectMany(
                    label => Classes.Select(answer => (label, answer, label == answer ? 0 : Confusion[label, answer])))
                .MaxBy(mistake => mistake.Item3);
            return most.Images > 0 ? most : null;
        }
    }

    private static double Share(int part, int whole) => whole == 0 ? double.NaN : (double)part / whole;
}
