using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Reports;

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
        StringAssert.Contains(ComparedRun.Warning([run, TinyRun.Compared("b", "others")]), "b is over others");
        StringAssert.Contains(
            ComparedRun.Warning([run, run with { Record = run.Record with { Run = run.Run with { TestImages = 4 } } }]), "40 training and 4 test images");
        Assert.IsNotNull(ComparedRun.Warning([run, TinyRun.Compared("b", "colours", "red", "green", "violet")]));
    }
}
