using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>The splits of an image folder and their classes: which there must be, and what each is for.</summary>
[TestClass]
public sealed class ImageFolderSplitTests : ImageFolderFixture
{
    [TestMethod]
    [DataRow("")]
    [DataRow("set.tar")]
    public void Validation_pictures_choose_the_best_epoch_and_stand_in_for_missing_test_pictures(string archive)
    {
        WriteLayout();
        string without = DatasetSource.Load(_root).Sha256();
        Directory.Move(At("test"), At("val"));
        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));
        Assert.AreEqual((2, false, without), (data.Test.Count, data.HasValidation, data.Sha256()));

        File.Delete(At("set.tar"));
        WritePicture("test/ant/1.png", SKColors.Red);
        WritePicture("test/bee/1.png", SKColors.Red);
        WritePicture("test/bee/2.png", SKColors.Red);
        data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));
        CollectionAssert.AreEqual((int[])[0, 1, 1], data.Test.Labels.ToArray());
        CheckColour(data.Test, 0, 255, 0, 0);
        Assert.IsTrue(data.HasValidation);
        CollectionAssert.AreEqual((int[])[0, 1], data.Validation.Labels.ToArray());
        CheckColour(data.Validation, 1, 64, 64, 64);

        if (archive.Length > 0)
            return;
        Directory.Delete(At("val"), recursive: true);
        string tested = DatasetSource.Load(_root).Sha256();
        Assert.AreNotEqual(tested, data.Sha256());
        Assert.AreEqual(tested, data.WithoutValidation().Sha256());
    }

    [TestMethod]
    [DataRow("train", "PATH has no folder train with a folder for each class")]
    [DataRow("test", "PATH has no folder test or val with a folder for each class")]
    public void A_missing_split_is_named(string split, string message)
    {
        WriteLayout();
        Directory.Delete(At(split), recursive: true);
        CheckError(message);

        File.WriteAllBytes(At($"{split}.jpg"), []);
        Directory.CreateDirectory(At(split));
        CheckError(message);
    }

    [TestMethod]
    public void An_empty_class_is_named()
    {
        WriteLayout();
        Directory.CreateDirectory(At("train/cow"));
        Directory.CreateDirectory(At("test/cow"));
        WritePicture("test/cow/1.png", SKColors.Red);

        CheckError("PATH has no .jpg, .jpeg, .png, .webp or .bmp in train/cow.");
        CheckError("PATH/set.tar has no .jpg, .jpeg, .png, .webp or .bmp in train/cow.", Archive("set.tar", ""));
    }

    [TestMethod]
    [DataRow("train", "test")]
    [DataRow("test", "train")]
    [DataRow("val", "train")]
    public void A_class_that_one_split_lacks_is_named(string has, string lacks)
    {
        WriteLayout();
        if (has == "val")
            Directory.Move(At("test"), At("val"));
        WritePicture($"{has}/cow/1.png", SKColors.Red);

        CheckError($"PATH has no folder {lacks}/cow, but {has} has it.");
    }

    [TestMethod]
    public void Validation_pictures_beside_test_pictures_are_held_to_the_same_rules()
    {
        WriteLayout();
        WritePicture("val/ant/1.png", SKColors.Red);
        CheckError("PATH has no folder val/bee, but train has it.");
        Directory.CreateDirectory(At("val/bee"));
        CheckError("PATH has no .jpg, .jpeg, .png, .webp or .bmp in val/bee.");
        File.WriteAllText(At("val/bee/1.png"), "no picture");
        CheckError("PATH/val/bee/1.png cannot be decoded");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_class_is_the_same_in_each_of_Unicodes_forms()
    {
        WriteLayout();
        WritePicture("train/caf\u00E9/1.png", SKColors.Red);
        WritePicture("test/cafe\u0301/1.png", SKColors.Red);
        ImageDataset data = DatasetSource.Load(_root);
        CollectionAssert.AreEqual((string[])["ant", "bee", "caf\u00E9"], data.ClassNames.ToArray());
        CollectionAssert.AreEqual((int[])[0, 1, 2], data.Test.Labels.ToArray());
        Assert.AreEqual(data.Sha256(), DatasetSource.Load(Archive("set.tar", "")).Sha256());

        WritePicture("train/cafe\u0301/1.png", SKColors.Red);
        CheckError(
            "PATH has two folders for the class caf\u00E9 in train, whose names differ only in how Unicode "
            + "writes the same letters: "
            + @"cafe\u0301 and caf\u00E9.");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_class_may_have_a_backslash_and_no_blank_name()
    {
        WriteLayout();
        foreach (string split in (string[])["train", "test"])
            foreach (string name in (string[])[@"a\b", @"a\c"])
                WritePicture($"{split}/{name}/1.png", SKColors.Red);
        CollectionAssert.AreEqual(
            (string[])[@"a\b", @"a\c", "ant", "bee"], DatasetSource.Load(_root).ClassNames.ToArray());

        WritePicture("train/ /1.png", SKColors.Red);
        WritePicture("test/ /1.png", SKColors.Red);
        CheckError("PATH has a class folder whose name is blank: ' '.");
    }

    [TestMethod]
    public void Two_image_folders_under_one_parent_are_named()
    {
        WriteLayout();
        foreach (string split in (string[])["train", "test"])
            Directory.Move(At(split), Directory.CreateDirectory(At("one")).FullName + "/" + split);
        DatasetSource.Load(_root);

        WritePicture("two/train/ant/1.png", SKColors.Red);
        CheckError("PATH/one and PATH/two are two image folders: name the one that you mean.");
        Directory.Delete(At("two"), recursive: true);
        WritePicture("train/ant/1.png", SKColors.Red);
        CheckError("PATH/one and PATH are two image folders: name the one that you mean.");
    }
}
