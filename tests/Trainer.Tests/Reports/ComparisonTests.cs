using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Reports;

[TestClass]
public sealed class ComparisonTests
{
    [TestMethod]
    public void The_csv_has_every_figure_and_quotes_what_needs_it()
    {
        ComparedRun first = TinyRun.Compared("a,\"b\"") with { Speeds = [new ThroughputRow("torch, CPU", 16, 100)] };
        Assert.AreEqual(
            """"
            run,model,data,train_images,test_images,precision,batch,seed,epochs,steps,train_accuracy,best_validation_accuracy,best_epoch,last_validation_accuracy,parameters,training_images_per_second,"images_per_second (torch, CPU)"
            "a,""b""",tiny,colours,40,3,fp32,4,42,2,20,0.5000,0.7500,1,0.5000,39,200.0,160.0
            c,tiny,colours,40,3,fp32,4,42,2,20,0.5000,0.7500,1,0.5000,39,200.0,

            """", new Comparison([first, TinyRun.Compared("c")]).ToCsv());
    }

    [TestMethod]
    public void Runs_are_named_by_as_much_of_their_path_as_tells_them_apart()
    {
        CollectionAssert.AreEqual((string[])["a", "b"], ComparedRun.NamesOf(["runs/a", "runs/b/"]).ToArray());
        CollectionAssert.AreEqual((string[])["x/a", "y/a"], ComparedRun.NamesOf(["runs/x/a", "runs/y/a"]).ToArray());
        CollectionAssert.AreEqual((string[])["a", "b/a"], ComparedRun.NamesOf(["/a", "/b/a"]).ToArray());
    }

    [TestMethod]
    public void Other_data_other_counts_and_other_classes_are_warned_of()
    {
        ComparedRun run = TinyRun.Compared("a");
        Assert.IsNull(ComparedRun.Warning([run, TinyRun.Compared("b")]));
        StringAssert.Contains(ComparedRun.Warning([run, TinyRun.Compared("b", "others")]), "b used others");
        ComparedRun fewer = run with { Record = run.Record with { Run = run.Run with { TestImages = 4 } } };
        StringAssert.Contains(ComparedRun.Warning([run, fewer]), "40 training and 4 test images");
        Assert.IsNotNull(ComparedRun.Warning([run, TinyRun.Compared("b", "colours", "red", "green", "violet")]));
    }

    [TestMethod]
    public void Images_count_and_not_names_where_both_have_a_digest()
    {
        ComparedRun With(string name, string digest) =>
            TinyRun.Compared(name, name) is var run
                ? run with { Record = run.Record with { Run = run.Run with { DataSha256 = digest } } } : run;
        string same = new('a', 64), other = new('b', 64);
        Assert.IsNull(ComparedRun.Warning([With("cifar10", same), With("cifar-10-batches-py", same)]));
        StringAssert.Contains(ComparedRun.Warning([With("photos", same), With("photos", other)]), "(sha256 bbbbbbbb…)");
        // A record without one is held against the others by name, which does not make these two the same.
        Assert.IsNotNull(
            ComparedRun.Warning([TinyRun.Compared("photos", "photos"), With("photos", same), With("photos", other)]));
        Assert.IsNull(ComparedRun.Warning([TinyRun.Compared("photos", "photos"), With("photos", same)]));
    }

    [TestMethod]
    public void A_record_from_before_the_digest_can_be_read()
    {
        string json = TinyRun.Description().ToJson();
        string old =
            string.Join('\n', json.Split('\n').Where(line => !line.Contains("DataSha256", StringComparison.Ordinal)));
        Assert.AreNotEqual(json, old);
        Assert.IsNull(RunDescription.FromJson(old).DataSha256);
    }
}
