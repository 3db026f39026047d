using TorchSharp;

namespace SoftPool.Torch.Tests;

[TestClass]
public sealed class SoftPoolModuleTests
{
    [TestMethod]
    public void Modules_compute_what_the_functions_do()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.randn([2, 3, 9, 8, 7]);
        foreach (SoftPoolWeighting weighting in Enum.GetValues<SoftPoolWeighting>())
        {
            using var one = new SoftPool1d(3, 2, 1, true, weighting);
            using var two = new SoftPool2d(3, 2, 1, true, weighting);
            using var three = new SoftPool3d(3, 2, 1, true, weighting);
            using var pair = new SoftPool2d((3, 2), (2, 1), (1, 0), true, weighting);
            using var triple = new SoftPool3d((3, 2, 1), (2, 1, 3), (1, 0, 0), true, weighting);
            using var global = new GlobalSoftPool(weighting);
            (torch.nn.Module<torch.Tensor, torch.Tensor>, torch.Tensor, torch.Tensor)[] results =
            [
                (one, x[0, 0], SoftPoolFunctional.soft_pool1d(x[0, 0], 3, 2, 1, true, weighting)),
                (two, x[0], SoftPoolFunctional.soft_pool2d(x[0], 3, 2, 1, true, weighting)),
                (three, x, SoftPoolFunctional.soft_pool3d(x, 3, 2, 1, true, weighting)),
                (pair, x[0], SoftPoolFunctional.soft_pool2d(x[0], (3, 2), (2, 1), (1, 0), true, weighting)),
                (triple, x, SoftPoolFunctional.soft_pool3d(x, (3, 2, 1), (2, 1, 3), (1, 0, 0), true, weighting)),
                (global, x, SoftPoolFunctional.global_soft_pool(x, weighting)),
            ];
            foreach ((torch.nn.Module<torch.Tensor, torch.Tensor> module, torch.Tensor input, torch.Tensor y) in
                results)
            {
                Assert.IsEmpty(module.parameters());
                Tensors.AssertClose(y, module.call(input), 0);
            }
        }
    }

    [TestMethod]
    public void The_stride_is_the_kernel_unless_given()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.randn(2, 12, 12, 12);
        CollectionAssert.AreEqual(new long[] { 12, 12, 4 }, SoftPoolFunctional.soft_pool1d(x[0], 3).shape);
        CollectionAssert.AreEqual(new long[] { 2, 12, 4, 4 }, SoftPoolFunctional.soft_pool2d(x, 3).shape);
        CollectionAssert.AreEqual(new long[] { 2, 12, 4, 6 }, SoftPoolFunctional.soft_pool2d(x, (3, 2)).shape);
        CollectionAssert.AreEqual(new long[] { 2, 4, 4, 4 }, SoftPoolFunctional.soft_pool3d(x, 3).shape);
        CollectionAssert.AreEqual(new long[] { 2, 4, 6, 3 }, SoftPoolFunctional.soft_pool3d(x, (3, 2, 4)).shape);
    }

    [TestMethod]
    public void Bad_arguments_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        (Func<torch.Tensor> Call, string Message)[] calls =
        [
            (() => SoftPoolFunctional.soft_pool1d(
                torch.zeros(5), 2), "soft_pool1d takes (N, C, L) or (C, L); got (5)."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(3, 3), 2),
                "soft_pool2d takes (N, C, H, W) or (C, H, W); got (3, 3)."),
            (() => SoftPoolFunctional.soft_pool3d(torch.zeros(1, 1, 4), 2),
                "soft_pool3d takes (N, C, D, H, W) or (C, D, H, W); got (1, 1, 4)."),
            (() => SoftPoolFunctional.global_soft_pool(torch.zeros(3, 3)),
                "global_soft_pool takes (N, C, ...) with at least one further axis; got (3, 3)."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 2, 2), 3),
                "soft_pool2d of kernel 3 and padding 0 does not fit on an input of 2 cells."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 0, 2), 1),
                "soft_pool2d of kernel 1 and padding 0 does not fit on an input of 0 cells."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 3, padding: 2),
                "soft_pool2d takes a padding of 0 to half its kernel; got padding 2 for kernel 3."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 3, padding: -1),
                "soft_pool2d takes a padding of 0 to half its kernel; got padding -1 for kernel 3."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 3, padding: long.MaxValue),
                $"soft_pool2d takes a padding of 0 to half its kernel; got padding {long.MaxValue} for kernel 3."),
            (() => SoftPoolFunctional.soft_pool1d(torch.zeros(1).expand(1, (1L << 30) + 1), 2),
                "soft_pool1d takes at most 1073741824 cells along an axis; got 1073741825."),
            (() => SoftPoolFunctional.global_soft_pool(torch.zeros(1).expand(2, 3, 2, (1L << 24) + 1)),
                "global_soft_pool takes maps of 1 to 16777216 cells along the last axis, and along the others "
                + "together; got (2, 3, 2, 16777217)."),
            (() => SoftPoolFunctional.global_soft_pool(torch.zeros(2, 3, 0, 5)),
                "global_soft_pool takes maps of 1 to 16777216 cells along the last axis, and along the others "
                + "together; got (2, 3, 0, 5)."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 0),
                "soft_pool2d takes a kernel and a stride of 1 to 16777216; got kernel 0, stride 0."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 2, stride: -1),
                "soft_pool2d takes a kernel and a stride of 1 to 16777216; got kernel 2, stride -1."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 0, 4, 4), 2),
                "SoftPool takes maps of at least one channel; got (1, 0, 4, 4)."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros([1, 1, 4, 4], torch.int32), 2),
                "soft_pool2d takes float, double, half or bfloat16; got Int32."),
            (() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 2, weighting: (SoftPoolWeighting)2),
                "soft_pool2d takes weights per channel or shared; got 2."),
        ];
        foreach ((Func<torch.Tensor> call, string message) in calls)
            Assert.AreEqual(message, Assert.ThrowsExactly<ArgumentException>(call).Message);
        Assert.ThrowsExactly<ArgumentNullException>(() => SoftPoolFunctional.soft_pool2d(null!, 2));
    }

    [TestMethod]
    [DataRow(SoftPoolWeighting.PerChannel, torch.ScalarType.Float32)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels, torch.ScalarType.Float32)]
    [DataRow(SoftPoolWeighting.PerChannel, torch.ScalarType.BFloat16)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels, torch.ScalarType.BFloat16)]
    public void A_step_leaves_no_tensor_behind(SoftPoolWeighting weighting, torch.ScalarType type)
    {
        void Step(Func<torch.Tensor, torch.Tensor> pool)
        {
            using torch.Tensor x = torch.randn([2, 3, 8, 8], type).requires_grad_();
            using torch.Tensor y = pool(x), sum = y.sum();
            sum.backward();
            x.grad!.Dispose();
        }
        var windows = new PoolingCase([3, 8, 8], [3, 3], [2, 2], [1, 1], false, weighting);
        foreach (Func<torch.Tensor, torch.Tensor> pool in new[] { windows.Pool, windows.Compose })
        {
            Step(pool);
            // What earlier tests left to the collector is not to vanish in between.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long before = torch.Tensor.TotalCount;
            for (int i = 0; i < 5; i++)
                Step(pool);
            Assert.AreEqual(before, torch.Tensor.TotalCount);
        }
    }
}
