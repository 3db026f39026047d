namespace SoftPool.Onnx.Import;

/// <summary>A sum of products over letters that name axes, of one or two operands, as Transposes, Reshapes, a ReduceSum
/// and a MatMul.</summary>
internal static class Einsum
{
    /// <summary>The nodes that compute it.</summary>
    /// <param name="step">The node.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    public static IReadOnlyList<OnnxNode> Nodes(ImportStep step, IReadOnlyList<int[]> shapes)
    {
        string equation = step.Text("equation", "");
        (string[] terms, string output) = Parse(equation, shapes);
        var extents = new Dictionary<char, int>();
        for (int i = 0; i < terms.Length; i++)
            for (int axis = 0; axis < terms[i].Length; axis++)
                if (!extents.TryAdd(terms[i][axis], shapes[i][axis]) && extents[terms[i][axis]] != shapes[i][axis])
                    throw new RefusalException(
                        $"attribute equation is {equation} on {Shown(shapes)}, where a letter has two extents");
        if (output.Except(extents.Keys).Any() || output.Distinct().Count() != output.Length
            || terms.Any(term => term.Distinct().Count() != term.Length) || terms.Length is < 1 or > 2)
            throw new RefusalException(
                $"attribute equation is {equation}; one or two operands, with each letter once in each, are supported");
        var nodes = new NodeWriter(step.Node);
        string[] names = [.. terms.Select((term, i) =>
        {
            // What only one operand has, and the output has not, is added up first.
            string kept = string.Concat(term.Where(letter =>
                output.Contains(letter) || terms.Where((_, other) => other != i).Any(other => other.Contains(letter))));
            string name = nodes.Sum(step.Node.Inputs[i], term, kept);
            terms[i] = kept;
            return name;
        })];
        string product = names[0], letters = terms[0];
        if (terms.Length == 2)
        {
            (string a, string b) = (terms[0], terms[1]);
            string batch = Letters(a, letter => b.Contains(letter) && output.Contains(letter));
            string summed = Letters(a, letter => b.Contains(letter) && !output.Contains(letter));
            string rows = Letters(a, letter => !b.Contains(letter));
            string columns = Letters(b, letter => !a.Contains(letter));
            string left = nodes.Move(names[0], a, batch + rows + summed);
            string right = nodes.Move(names[1], b, batch + summed + columns);
            // A single matrix is taken by any number of rows; so the batch may be one of their axes.
            left = nodes.Reshape(
                left, batch.Length == 0
                    ? [.. Extents(rows), Count(summed)] : [.. Extents(batch), Count(rows), Count(summed)]);
            right = nodes.Reshape(right, [.. Extents(batch), Count(summed), Count(columns)]);
            product = nodes.Reshape(nodes.Add("MatMul", [left, right]), [.. Extents(batch + rows + columns)]);
            letters = batch + rows + columns;
        }
        nodes.End(nodes.Move(product, letters, output));
        return nodes.All;

        IEnumerable<long> Extents(string of) => of.Select(letter => (long)extents[letter]);

        long Count(string of) => Extents(of).Aggregate(1L, (count, extent) => count * extent);
    }

    /// <summary>Says why a node cannot be written so.</summary>
    public static Value Refuse(ImportStep step)
    {
        string equation = step.Text("equation", "");
        var shapes = new List<int[]>();
        for (int i = 0; i < step.InputCount; i++)
            shapes.Add(step.Input(i) switch
            {
                Activation layer => layer.Shape,
                Constant constant => constant.Shape,
                _ => throw new RefusalException($"input {i} is missing"),
            });
        _ = Nodes(step, shapes);
        throw new RefusalException($"attribute equation is {equation}");
    }

    private static string Letters(string term, Func<char, bool> where) => string.Concat(term.Where(where));

    /// <summary>The letters of each operand and of the output; axes under an ellipsis have letters that no equation
    /// has.</summary>
    private static (string[] Terms, string Output) Parse(string equation, IReadOnlyList<int[]> shapes)
    {
        const string Ellipsis = "...";
        string[] sides = equation.Replace(" ", "").Split("->");
        string[] terms = sides[0].Split(',');
        bool isValid = sides.Length <= 2 && terms.Length == shapes.Count;
        int most = 0;
        for (int i = 0; isValid && i < terms.Length; i++)
        {
            int named = terms[i].Replace(Ellipsis, "").Length, hidden = shapes[i].Length - named;
            isValid = terms[i].Contains(Ellipsis) ? hidden >= 0 : hidden == 0;
            if (!isValid || !terms[i].Contains(Ellipsis))
                continue;
            terms[i] = terms[i].Replace(Ellipsis, Hidden(hidden));
            most = Math.Max(most, hidden);
        }
        string output = sides.Length == 2
            ? sides[1].Replace(Ellipsis, Hidden(most))
            : Hidden(most) + string.Concat(sides[0].Where(char.IsLetter).GroupBy(letter => letter)
                .Where(letters => letters.Count() == 1).Select(letters => letters.Key).Order());
        isValid &= terms.Append(output).All(term => term.All(letter => char.IsAsciiLetter(letter) || letter > 0xFF));
        return isValid
            ? (terms, output)
            : throw new RefusalException($"attribute equation is {equation} on {Shown(shapes)}");

        // The last is the last of all: shorter ones meet the end of longer ones.
        static string Hidden(int count) =>
            string.Concat(Enumerable.Range(1, count).Reverse().Select(place => (char)(0xFF + place)));
    }

    private static string Shown(IEnumerable<int[]> shapes) =>
        string.Join(" and ", shapes.Select(shape => string.Join('x', shape)));

    /// <summary>Writes nodes in place of one, under its name.</summary>
    private sealed class NodeWriter(OnnxNode of)
    {
        private readonly List<OnnxNode> _nodes = [];

        public IReadOnlyList<OnnxNode> All => _nodes;

        public string Add(string opType, string[] inputs, params OnnxAttribute[] attributes)
        {
            string output = $"{of.Outputs[0]}.{of.OpType}.{_nodes.Count}";
            _nodes.Add(new OnnxNode(opType, "", of.Name, inputs, [output], attributes));
            return output;
        }

        public string Sum(string input, string term, string kept)
        {
            long[] axes = [.. Enumerable.Range(0, term.Length).Where(axis => !kept.Contains(term[axis]))];
            return axes.Length == 0 ? input : Add(
                "ReduceSum", [input, Numbers(axes)], new OnnxAttribute<long>("keepdims", OnnxAttributeKind.Int, 0));
        }

        public string Move(string input, string from, string to) => from == to ? input : Add(
            "Transpose", [input], new OnnxAttribute<IReadOnlyList<long>>(
                "perm", OnnxAttributeKind.Ints, [.. to.Select(letter => (long)from.IndexOf(letter))]));

        public string Reshape(string input, long[] shape) => Add("Reshape", [input, Numbers(shape)]);

        /// <summary>Gives the last value the name of the output.</summary>
        public void End(string value) => _nodes.Add(new OnnxNode("Identity", "", of.Name, [value], of.Outputs, []));

        private string Numbers(long[] numbers) => Add(
            "Constant", [], new OnnxAttribute<IReadOnlyList<long>>("value_ints", OnnxAttributeKind.Ints, numbers));
    }
}
