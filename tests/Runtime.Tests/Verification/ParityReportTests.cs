using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>The gates: each is passed just inside and failed just outside.</summary>
[TestClass]
public sealed class ParityReportTests
{
    private static readonly ModelGraph Graph = TestModels.Sequential(new TensorShape(4), new ReLU(), new Linear(4, 2));

    [TestMethod]
    [DataRow(2, 3)]
    [DataRow(3, 3)]
    public void Outputs_of_another_length_are_refused(int expected, int actual) =>
        Assert.ThrowsExactly<ShapeMismatchException>(
            () => new ParityReport(Graph).AddOutputs(new float[expected], new float[actual]));

    [TestMethod]
    public void Equal_outputs_pass() => Assert.IsTrue(Report([1, 2, 3, 4], [1, 2]).Passed);

    [TestMethod]
    [DataRow(0.9e-5, true)]
    [DataRow(1.1e-5, false)]
    public void A_layers_gate_is_an_NMSE_of_1e_10(double error, bool passes)
    {
        // Four errors of e against four values of 1 give an NMSE of e^2.
        float off = (float)(1 + error);
        ParityReport report = Report([1, 1, 1, 1], [1, 2], hidden: [off, off, off, off]);
        Assert.AreEqual(passes, report.Passed);
        Assert.AreEqual(passes ? null : "0", report.FirstFailure?.Layer);
    }

    [TestMethod]
    [DataRow(0.9e-5, true)]
    [DataRow(1.1e-5, false)]
    public void The_outputs_gate_is_1e_5_of_the_largest(double error, bool passes)
    {
        // Against 100 outputs of 2, one error is far inside the NMSE's gate.
        ModelGraph graph = TestModels.Sequential(new TensorShape(100), new ReLU());
        float[] expected = Enumerable.Repeat(2f, 100).ToArray();
        float[] actual = [.. expected];
        actual[0] = (float)(2 + 2 * error);
        var report = new ParityReport(graph);
        report.AddLayer("0", expected, actual);
        report.AddOutputs(expected, expected);
        Assert.AreEqual(passes, report.Passed);
    }

    [TestMethod]
    public void The_largest_output_must_be_at_the_same_place()
    {
        var report = new ParityReport(Graph);
        report.AddLayer("0", [1, 2, 3, 4], [1, 2, 3, 4]);
        report.AddLayer("1", [1, 1.000001f], [1.000001f, 1]);
        report.AddOutputs([1, 1.000001f], [1.000001f, 1]);
        Assert.IsTrue(report.Layers.All(layer => layer.Passed));
        Assert.IsFalse(report.Passed);
        Assert.AreEqual(0, report.Top1Agreements);
    }

    [TestMethod]
    public void NaN_fails_in_any_layer()
    {
        Assert.IsFalse(Report([1, 2, 3, 4], [1, 2], hidden: [1, 2, float.NaN, 4]).Passed);
        Assert.IsFalse(Report([1, 2, 3, 4], [1, 2], output: [float.NaN, 2]).Passed);
        Assert.IsFalse(Report([1, 2, 3, float.NaN], [1, 2], hidden: [1, 2, 3, float.NaN]).Passed);
    }

    [TestMethod]
    public void What_was_not_compared_has_not_passed()
    {
        var report = new ParityReport(Graph);
        Assert.IsFalse(report.Passed);
        report.AddLayer("1", [1, 2], [1, 2]);
        report.AddOutputs([1, 2], [1, 2]);
        Assert.IsFalse(report.Passed);
        Assert.AreEqual("0", report.FirstFailure?.Layer);
    }

    private static ParityReport Report(
        float[] hiddenExpected, float[] outputExpected, float[]? hidden = null, float[]? output = null)
    {
        var report = new ParityReport(Graph);
        report.AddLayer("0", hiddenExpected, hidden ?? hiddenExpected);
        report.AddLayer("1", outputExpected, output ?? outputExpected);
        report.AddOutputs(outputExpected, output ?? outputExpected);
        return report;
    }
}
