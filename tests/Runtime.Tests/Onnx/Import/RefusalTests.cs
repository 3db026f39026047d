using SoftPool.Onnx.Import;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>What cannot be imported is said, whole and in words that say why.</summary>
[TestClass]
public sealed class RefusalTests
{
    private static readonly long[] Square3 = [3, 3];

    private static readonly (GraphWriter Graph, string Refusal)[] Cases =
    [
        (Image().Node("Relu", "x", "y", ("shine", 1)), "Relu: attribute shine is not supported (1 node: n0)"),
        (Image().Node("Relu", "x x", "y"), "Relu: input 1 is not supported (1 node: n0)"),
        (Image().Node("Relu", "z", "y"), "Relu: it reads z, which nothing before it gives (1 node: n0)"),
        (Image().Node("Relu", "x", "y").Node("Sigmoid", "x", "y"),
            "Sigmoid: it gives y, which is given before it (1 node: n1)"),
        (Image().Some("c", 3).Node("Relu", "x", "c").Node("Relu", "c", "y"),
            "Relu: it gives c, which is given before it (1 node: n0)"),
        (Image().Node("com.microsoft", "FusedConv", "x", "y", []),
            "com.microsoft.FusedConv: the operator is of the domain com.microsoft (1 node: n0)"),
        (Conv(("auto_pad", "SAME")), "Conv: attribute auto_pad is SAME (1 node: n0)"),
        (Conv(("auto_pad", "VALID"), ("pads", new long[] { 1, 1, 1, 1 })),
            "Conv: attributes pads [1, 1, 1, 1] and auto_pad VALID exclude each other (1 node: n0)"),
        (Conv(("kernel_shape", new long[] { 5, 5 })),
            "Conv: attribute kernel_shape is [5, 5]; the weight has [3, 3] (1 node: n0)"),
        (Conv(("group", 2)), "Conv: a weight of shape 4x3x3x3 in 2 groups on 3 channels (1 node: n0)"),
        (Conv(("strides", new long[] { 2 })), "Conv: attribute strides has 1 numbers; 2 are expected (1 node: n0)"),
        (Conv(("strides", 2)), "Conv: attribute strides is of kind Int (1 node: n0)"),
        (Image().Node("Conv", "x x", "y"),
            "Conv: the weight, input 1, is computed by the network; a constant is expected (1 node: n0)"),
        (Image().Some("w", 4, 3, 3, 3).Some("b", 3).Node("Conv", "x w b", "y"),
            "Conv: a bias of shape 3; 4 is expected (1 node: n0)"),
        (Vector().Some("w", 4, 3, 3).Node("Conv", "x w", "y"),
            "Conv: an input of 0 axes; 1 to 3 behind the channels are supported (1 node: n0)"),
        (Image().Some("w", 4, 3, 3).Node("Conv", "x w", "y"),
            "Conv: a weight of shape 4x3x3; 4 axes are expected (1 node: n0)"),
        (new GraphWriter().Input("x", 1, 3, 4, 5, 6).Output("y").Some("w", 3, 2, 2, 2, 2)
            .Node("ConvTranspose", "x w", "y"),
            "ConvTranspose: an input of 3 axes and a weight of shape 3x2x2x2x2; 1 or 2 axes behind the channels of "
            + "both are supported (1 node: n0)"),
        (Image().Ints("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x p", "p1", ("mode", "turn"))
            .Node("Relu", "p1", "y"), "Pad: mode turn (1 node: n0)"),
        (Image().Ints("p", 1, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x p", "y"),
            "Pad: pads [1, 0, 1, 1, 0, 0, 1, 1]; the batch is not padded (1 node: n0)"),
        (Image().Ints("p", 0, 3, 0, 0, 0, 0, 0, 0).Node("Pad", "x p", "y", ("mode", "reflect")),
            "Pad: 3 and 0 places around an axis of 3 in mode reflect (1 node: n0)"),
        (Image().Ints("s", 2, 1, 1, 1).Node("Expand", "x s", "y"),
            "Expand: to a shape whose first axis is not the batch (1 node: n0 from 1x3x7x9 to 2x3x7x9)"),
        (Image().Ints("r", 1, 1, 0, 1).Node("Tile", "x r", "y"),
            "Tile: repeats [1, 1, 0, 1] of 1x3x7x9; at least 1 of each axis and 1 of the batch are supported "
            + "(1 node: n0)"),
        (Image().Ints("i", 0, 3).Node("Gather", "x i", "y", ("axis", 1)),
            "Gather: place 3 of an axis of 3 (1 node: n0)"),
        (Image().Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("dilations", new long[] { 2, 2 }),
            ("pads", new long[] { 9, 0, 0, 0 })),
            "MaxPool: a window that lies in the padding alone, along an axis of 7 (1 node: n0)"),
        (Image().Node("AveragePool", "x", "y", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 }), ("ceil_mode", 1), ("count_include_pad", 1)),
            "AveragePool: attribute count_include_pad where ceil_mode makes a window reach further (1 node: n0)"),
        (Image().Node("Gelu", "x", "y", ("approximate", "poly")),
            "Gelu: attribute approximate is poly; none and tanh are supported (1 node: n0)"),
        (Image().Scalar("l", 0).Scalar("h", -5).Node("Clip", "x l h", "y"),
            "Clip: Hardtanh takes bounds that are finite as floats, the least first; got 0 and -5 (1 node: n0)"),
        (Image().Some("e", 2, 3, 7, 9).Node("Pow", "x e", "y"),
            "Pow: a constant of 2x3x7x9 on 1x3x7x9; one that is the same for each item of the batch is supported "
            + "(1 node: n0)"),
        (new GraphWriter().Input("x", 1, 1, 7, 9).Output("y").Some("s", 3, 1, 1).Node("PRelu", "x s", "y"),
            "PRelu: a slope that makes 1x3x7x9 of 1x1x7x9 (1 node: n0)"),
        (Image().Node("Flatten", "x", "f").Node("Greater", "x f", "y"),
            "Greater: 1x3x7x9 and 1x189; layers of as many axes are supported (1 node: n1)"),
        (Image().Node("IsInf", "x", "y", ("detect_negative", 0), ("detect_positive", 0)),
            "IsInf: attributes detect_negative and detect_positive are both 0 (1 node: n0)"),
        (Image().Node("Cast", "x", "y", ("to", 7)),
            "Cast: attribute to is Int64; Float, Float16, Double and Bool are supported (1 node: n0)"),
        (Image().Some("c", 1, 1, 7, 8).Node("Add", "x c", "y"),
            "Add: a constant of 1x1x7x8 on 1x3x7x9; real numbers, the same for each item of the batch, "
            + "are supported (1 node: n0)"),
        (Image().Some("c", 3).Node("Add", "x c", "y"),
            "Add: a constant of 3 on 1x3x7x9; real numbers, the same for each item of the batch, "
            + "are supported (1 node: n0)"),
        (Vector().Some("s", 4).Node("LayerNormalization", "x s", "y"),
            "LayerNormalization: Scale of 4; 5 is expected (1 node: n0)"),
        (Vector().Some("s", 5).Node("LayerNormalization", "x s", "y", ("axis", 0)),
            "LayerNormalization: axis 0, the batch (1 node: n0)"),
        (Vector().Some("s", 5).Node("LayerNormalization", "x s", "y", ("stash_type", 10)),
            "LayerNormalization: attribute stash_type is 10; only 1 is supported (1 node: n0)"),
        (Vector().Node("MatMul", "x x", "y"),
            "MatMul: MatMul takes (..., M, K) and (..., K, N) whose leading axes are the same, or 1 in one of them; "
            + "got 5 and 5 (1 node: n0)"),
        (Image().Some("w", 7).Node("MatMul", "w x", "y"),
            "MatMul: a matrix of 7; 2 axes are expected (1 node: n0)"),
        (Vector().Node("Transpose", "x", "t").Node("MatMul", "t x", "y"),
            "MatMul: input behind a Transpose that moves the batch from axis 0; Transpose, Slice, Squeeze and Gather "
            + "are supported (1 node: n1)"),
        (Image().Some("w", 9, 2).Node("Gemm", "x w", "y"),
            "Gemm: an input of 1x3x7x9; vectors (N, F) are supported (1 node: n0)"),
        (Image().Ints("s", 0).Ints("e", 2).Ints("c", 2).Node("Slice", "x s e c", "a").Node("Sub", "x a", "y"),
            "Sub: Subtract takes inputs of as many axes, along each of which the extents are the same or 1; "
            + "got 3x7x9 and 3x2x9 (1 node: n1)"),
        (new GraphWriter(9).Input("x", 1, 3, 7, 9).Output("y").Some("s", 3)
            .Node("", "BatchNormalization", "x s s s s", "y m v sm sv", []),
            "BatchNormalization: outputs of training, which takes mean and variance of the batch; only inference is "
            + "supported (1 node: n0)"),
        (Image().Integers("w", 6, [4, 3, 3, 3], new int[108]).Node("Conv", "x w", "y"),
            "Conv: a weight that is not of real numbers (1 node: n0)"),
        (Image().Ints("r", 1, 1, 1_000_000, 1_000_000).Node("Tile", "x r", "y"),
            "Tile: A shape needs positive extents and at most 536870911 elements; got 3x1000000x7x1000000x9 "
            + "(1 node: n0)"),
        (Image().Ints("p", 0, 0, 40_000, 40_000, 0, 0, 0, 0).Node("Pad", "x p", "y"),
            "output: ZeroPad2d takes paddings of 0 to 4096 rows and 4096 columns on 3x7x9; got left 40000, right 0, top "
            + "40000, bottom 0 (1 node: y)"),
        (Image().Ints("a", long.MinValue).Ints("b", -1).Node("Div", "a b", "s").Node("Reshape", "x s", "y"),
            "Div: a division that overflows (1 node: n0)"),
        (Image().Node("Relu", "x", "z"), "output: no node gives y"),
        (new GraphWriter().Input("x", 1, 1, 1, 1, 1, 1, 1, 1, 1).Output("y").Node("Relu", "x", "y"),
            "input: x: it has 9 axes; 8 are supported"),
        (new GraphWriter().Input("x").Output("y").Node("Relu", "x", "y"),
            "input: x: it is a single number; a batch, channels and other extents are expected"),
        (Image().Some("s", 3).Node("BatchNormalization", "x s s s s", "y", ("training_mode", 1)),
            "BatchNormalization: attribute training_mode is 1; only 0 is supported (1 node: n0)"),
        (new GraphWriter(6).Input("x", 1, 3).Output("y").Node("Dropout", "x", "y"),
            "Dropout: attribute is_test is 0; only 1 is supported (1 node: n0)"),
        (new GraphWriter(6).Input("x", 1, 3, 2, 2).Output("y").Some("c", 3, 1, 1)
            .Node("Add", "x c", "y", ("broadcast", 1), ("axis", 2)),
            "Add: a constant of 3x1x1 from axis 2 of 1x3x2x2 (1 node: n0)"),
        (new GraphWriter(6).Input("x", 1, 3).Output("y").Node("Add", "x x", "y", ("broadcast", 1), ("axis", 0)),
            "Add: attribute axis is 0 of two layers (1 node: n0)"),
        (Vector().Some("w", 5, 4).Node("Gemm", "x w", "y", ("transA", 1)),
            "Gemm: attribute transA is 1, of a free batch (1 node: n0)"),
        (Vector().Some("w", 4, 5).Node("Gemm", "x w", "y"), "Gemm: a matrix of 4x5 on 1x5 (1 node: n0)"),
        (Image().Node("Softmax", "x", "y", ("axis", 0)),
            "Softmax: axis 0 of 1x3x7x9 in operator set 17, which has the batch (1 node: n0)"),
        (Image().Node("Concat", "x x", "y", ("axis", -4)), "Concat: axis -4, the batch (1 node: n0)"),
        (Image().Scalar("r", 0.5f).Ints("t", 1).Node("Dropout", "x r t", "y"),
            "Dropout: training_mode is on (1 node: n0)"),
        (Image().Node("ReduceMean", "x", "y", ("axes", new long[] { 1, 0 })),
            "ReduceMean: axes [1, 0] of 1x3x7x9, which have the batch (1 node: n0)"),
        (Image().Node("ReduceMax", "x", "y"), "ReduceMax: all axes of 1x3x7x9, which have the batch (1 node: n0)"),
        (Image().Node("ReduceMin", "x", "y", ("axes", new long[] { 1, -3 })),
            "ReduceMin: axes [1, 1] name one twice (1 node: n0)"),
        (Image().Node("ReduceL2", "x", "y", ("axes", new long[] { 4 })), "ReduceL2: axis 4 of 4 (1 node: n0)"),
        (Image().Node("ReduceL1", "x", "y", ("noop_with_empty_axes", 1)),
            "ReduceL1: noop_with_empty_axes without axes, of which versions of ONNX differ (1 node: n0)"),
        (Image().Some("s", 4).Some("b", 3).Node("InstanceNormalization", "x s b", "y"),
            "InstanceNormalization: scale of 4; 3 is expected (1 node: n0)"),
        (Image().Some("s", 3).Some("b", 3).Node("InstanceNormalization", "x s b", "y", ("epsilon", 0f)),
            "InstanceNormalization: GroupNorm takes an eps of at least 1E-12; got 0 (1 node: n0)"),
        (Vector().Some("s", 5).Node("InstanceNormalization", "x s s", "y"),
            "InstanceNormalization: an input of 1x5; (N, C, ...) is expected (1 node: n0)"),
        (new GraphWriter(21).Input("x", 1, 4, 3).Output("y").Some("s", 2).Node("GroupNormalization", "x s s", "y",
            ("num_groups", 2)), "GroupNormalization: scale of 2; 4 is expected (1 node: n0)"),
        (Image().Some("s", 2).Node("GroupNormalization", "x s s", "y", ("num_groups", 2)),
            "GroupNormalization: GroupNorm takes (C, ...) of 3 channels and a number of groups that divides them; "
            + "got 3x7x9 and 2 (1 node: n0)"),
        (Image().Some("s", 3).Node("GroupNormalization", "x s s", "y"),
            "GroupNormalization: attribute num_groups is 0 (1 node: n0)"),
        (Image().Node("LpNormalization", "x", "y", ("p", 3)),
            "LpNormalization: attribute p is 3; 1 and 2 are supported (1 node: n0)"),
        (Image().Node("LpNormalization", "x", "y", ("axis", 0)),
            "LpNormalization: axis 0 of 1x3x7x9, which is the batch (1 node: n0)"),
        (Image().Node("ArgMax", "x", "y"), "ArgMax: axis 0 of 1x3x7x9, which is the batch (1 node: n0)"),
        (Image().Ints("k", 10).Node("TopK", "x k", "y"),
            "TopK: TopK takes 1 to 9 elements of axis 3; got 10 (1 node: n0)"),
        (Image().Ints("k", 0).Node("TopK", "x k", "y"), "TopK: K of 0; one number above 0 is supported (1 node: n0)"),
        (Image().Node("LpPool", "x", "y", ("kernel_shape", new long[] { 2, 2 }), ("p", 4)),
            "LpPool: attribute p is 4; 1 and 2 are supported (1 node: n0)"),
        (Image().Node("GlobalLpPool", "x", "y", ("p", 3)),
            "GlobalLpPool: attribute p is 3; 1 and 2 are supported (1 node: n0)"),
        (Image().Node("If", "x", "y"), "If: control flow is not supported (1 node: n0)"),
        (Image().Node("QLinearConv", "x", "y"),
            "QLinearConv: integer arithmetic is not supported; use the file of real numbers (1 node: n0)"),
        (Image().Ints("i", 0).Node("Gather", "x i", "y"),
            "Gather: several places of an axis where the batch is axis 0, or of the batch (1 node: n0)"),
        (Image().Index("i", 3).Node("Gather", "x i", "y", ("axis", 1)), "Gather: place 3 of an axis of 3 (1 node: n0)"),
        (Image().Index("i", 0).Node("Gather", "x i", "y"),
            "Gather: to a shape whose first axis is not the batch (1 node: n0 from 1x3x7x9 to 3x7x9)"),
        (Image().Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2, 3 })).Node("GlobalMaxPool", "t", "y"),
            "GlobalMaxPool: input behind a Transpose that moves the batch from axis 0; Transpose, Slice, Squeeze and "
            + "Gather are supported (1 node: n1)"),
        (new GraphWriter(25).Input("x", 1, 3).Output("y").Node("Relu", "x", "y"),
            "operator set: version 25; 1 to 24 are supported"),
        (new GraphWriter().Input("x", 7, [1, 3]).Output("y").Node("Relu", "x", "y"),
            "input: x: its type is Int64; Float, Float16, Double and UInt8 are supported"),
        (new GraphWriter().Input("x", 2, [1, 3]).Output("y").Node("Relu", "x", "y"),
            "input: x: its type is UInt8, and Relu reads it; Cast to real numbers is expected first"),
        (Image().Node("Einsum", "x x", "y", ("equation", "abcc,abcd->ab")),
            "Einsum: attribute equation is abcc,abcd->ab on 1x3x7x9 and 1x3x7x9, where a letter has two extents "
            + "(1 node: n0)"),
        (Image().Node("Einsum", "x x x", "y", ("equation", "abcd,abcd,abcd->abcd")),
            "Einsum: attribute equation is abcd,abcd,abcd->abcd; one or two operands, with each letter once in each, "
            + "are supported (1 node: n0)"),
        (Image().Node("Einsum", "x", "y", ("equation", "abc->ab")),
            "Einsum: attribute equation is abc->ab on 1x3x7x9 (1 node: n0)"),
        (new GraphWriter().Input("x", 1, 3, 4, 4).Input("z", 2, 3, 4, 4).Output("y").Node("Add", "x z", "a")
            .Node("GlobalMaxPool", "a", "y"),
            "input: z: its first axis is 2, and that of x 1; the first axis of every input is the batch"),
        (Image().Scalar("c", 1).Node("Neg", "c", "y"), "input: the output depends on none"),
        (Image().Ints("t", -1, 3, 1, 1).Node("Reshape", "x t", "r").Node("GlobalMaxPool", "r", "y"),
            "GlobalMaxPool: input whose first axis is not the batch (1 node: n1 of 63x3x1x1)"),
        (Image().Ints("t", 0, 7).Node("Reshape", "x t", "y"), "Reshape: from 1x3x7x9 to [0, 7] cannot be (1 node: n0)"),
        (Image().Ints("t", 1, 3, 7, 9, 1, 1, 1, 1, 1, 1).Node("Reshape", "x t", "y"),
            "Reshape: to 10 axes; 9 are supported (1 node: n0)"),
        (Image().Node("Transpose", "x", "y", ("perm", new long[] { 0, 1, 1, 3 })),
            "Transpose: attribute perm is [0, 1, 1, 3] on 1x3x7x9 (1 node: n0)"),
        (Image().Ints("axes", 1, 1).Node("Unsqueeze", "x axes", "y"), "Unsqueeze: axes name one twice (1 node: n0)"),
        (Image().Node("DepthToSpace", "x", "y", ("blocksize", 2)),
            "DepthToSpace: attribute blocksize is 2 on 3 channels (1 node: n0)"),
        (Image().Node("DepthToSpace", "x", "y", ("blocksize", 1), ("mode", "RCD")),
            "DepthToSpace: attribute mode is RCD; DCR and CRD are supported (1 node: n0)"),
        (Image().Node("SpaceToDepth", "x", "y", ("blocksize", 2)),
            "SpaceToDepth: attribute blocksize is 2 on a map of 7x9 (1 node: n0)"),
        (Image().Node("LRN", "x", "y", ("size", 4)),
            "LRN: LocalResponseNorm takes an odd size of 1 to 4096, a beta of 0.5, 0.75 or 1, "
            + "a k of at least 1E-06 and an alpha of at least 0; "
            + "got size 4, alpha 0.0001, beta 0.75, k 1 (1 node: n0)"),
        (Resize(("coordinate_transformation_mode", "tf_crop_and_resize")),
            "Resize: attribute coordinate_transformation_mode is tf_crop_and_resize (1 node: n0)"),
        (Resize(("nearest_mode", "any")), "Resize: attribute nearest_mode is any (1 node: n0)"),
        (Resize(("mode", "any")), "Resize: attribute mode is any (1 node: n0)"),
        (Resize(("exclude_outside", 1)),
            "Resize: attribute exclude_outside is 1 in a mode other than cubic (1 node: n0)"),
        (Resize(("axes", new long[] { 2, 3 })), "Resize: 4 scales; 2 are expected (1 node: n0)"),
        (Resize(("axes", new long[] { 1, 2, 3, 0 })),
            "Resize: another extent of the batch (1 node: n0)"),
        (Resize(("coordinate_transformation_mode", "align_corners")),
            "Resize: align_corners with scales that do not give whole extents (1 node: n0)"),
        (Image().Ints("t", 1, 3, 14, 0).Node("Resize", "x - - t", "y"), "Resize: an extent of 0 (1 node: n0)"),
        (Image().Node("Resize", "x", "y"), "Resize: scales or sizes are expected, and not both (1 node: n0)"),
        (Image().Ints("t", 1, 3, 14, 9).Node("Resize", "x - - t", "y", ("keep_aspect_ratio_policy", "any")),
            "Resize: attribute keep_aspect_ratio_policy is any (1 node: n0)"),
        (Image().Floats("s", [4], 1, 1, 2, 2).Node("Upsample", "x s", "y"),
            "Upsample: there is none in operator set 17 (1 node: n0)"),
        (Image().Some("w", 4, 2, 3, 3).Node("ConvTranspose", "x w", "y"),
            "ConvTranspose: a weight of shape 4x2x3x3 on 3 channels (1 node: n0)"),
        (ConvTranspose(("auto_pad", "SAME")), "ConvTranspose: attribute auto_pad is SAME (1 node: n0)"),
        (ConvTranspose(("auto_pad", "SAME_UPPER"), ("pads", new long[] { 1, 1, 1, 1 })),
            "ConvTranspose: attributes pads [1, 1, 1, 1] and auto_pad SAME_UPPER exclude each other (1 node: n0)"),
        (ConvTranspose(("output_shape", new long[] { 99, 99 })),
            "ConvTranspose: ConvTranspose2d takes an output padding below its stride or its dilation; got 3 to 2, "
            + "kernel 3, stride 1, output padding 90x88, no bias (1 node: n0)"),
        (ConvTranspose(("output_shape", new long[] { 9 })),
            "ConvTranspose: attribute output_shape has 1 numbers; 2 are expected (1 node: n0)"),
        (ConvTranspose(("output_padding", new long[] { 1, 1 })),
            "ConvTranspose: ConvTranspose2d takes an output padding below its stride or its dilation; got 3 to 2, "
            + "kernel 3, stride 1, output padding 1, no bias (1 node: n0)"),
        (Image().Ints("s", 0).Ints("e", 1).Ints("a", 1).Ints("t", 0).Node("Slice", "x s e a t", "y"),
            "Slice: a step of 0 (1 node: n0)"),
        (Image().Ints("s", 9).Ints("e", 99).Ints("a", 2).Node("Slice", "x s e a", "y"),
            "Slice: no places of an axis of 7, from 9 to 99 by 1 (1 node: n0)"),
        (Image().Ints("s", 1, 1).Ints("e", 2, 2).Ints("a", 2, -2).Node("Slice", "x s e a", "y"),
            "Slice: axes name one twice (1 node: n0)"),
        (Image().Ints("s", 1, 1).Ints("e", 2).Node("Slice", "x s e", "y"),
            "Slice: starts, ends, axes and steps of one length are expected (1 node: n0)"),
        (Image().Node("", "Split", "x", "a y", []), "Split: a part of the batch, axis 0 (1 node: n0)"),
        (Image().Node("", "Split", "x", "a y", [("axis", 1)]),
            "Split: 2 parts of an axis of 3, which are not equal (1 node: n0)"),
        (Image().Ints("n", 1, 1).Node("", "Split", "x n", "a y", [("axis", 1)]),
            "Split: attribute or input split is [1, 1] of an axis of 3 (1 node: n0)"),
        (Image().Floats("w", [], 1).Node("Unknown\u001b", "x", "y"),
            "Unknown?: the operator is not supported (1 node: n0)"),
    ];

    [TestMethod]
    public void Each_refusal_says_what_is_not_supported_and_where()
    {
        var wrong = new List<string>();
        foreach ((GraphWriter graph, string refusal) in Cases)
            try
            {
                _ = graph.Import();
                wrong.Add($"not refused: {refusal}");
            }
            catch (UnsupportedOnnxException e)
            {
                if (!e.Refusals.Contains(refusal))
                    wrong.Add($"{refusal}\n  is not in\n  {string.Join("\n  ", e.Refusals)}");
            }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void All_is_listed_at_once_with_numbers_of_nodes_and_places()
    {
        GraphWriter graph = Image().Node("Acos", "x", "a").Node("Acos", "a", "b").Node("Acos", "b", "c")
            .Node("Acos", "c", "d")
            .Node("Transpose", "d", "e", ("perm", new long[] { 2, 0, 3, 1 })).Node("NonMaxSuppression", "e", "f")
                .Node("Conv", "f f", "g", ("glow", 1))
            .Node("AveragePool", "d", "h", ("kernel_shape", Square3), ("glue", 1))
                .Node("Concat", "g h", "y", ("axis", 1));
        CollectionAssert.AreEqual(
            new[]
            {
                "Acos: the operator is not supported (4 nodes: n0, n1, n2, ...)",
                "NonMaxSuppression: the operator is not supported (1 node: n5)",
                "Conv: attribute glow is not supported (1 node: n6)",
                "AveragePool: attribute glue is not supported (1 node: n7)",
            },
            graph.Refusals());
    }

    [TestMethod]
    public void A_shape_for_what_is_not_there_and_one_against_the_file_are_refused()
    {
        GraphWriter graph = Image().Node("Relu", "x", "y");
        CollectionAssert.Contains(
            graph.Refusals(new OnnxOptions
            {
                Shapes = new Dictionary<string, IReadOnlyList<int>>
                {
                    ["z"] = [1, 3, 7, 9],
                },
            }),
            "input: there is none named z to have a shape; there are x");
        CollectionAssert.Contains(
            graph.Refusals(new OnnxOptions
            {
                Shapes = new Dictionary<string, IReadOnlyList<int>>
                {
                    ["x"] = [1, 3, 8, 9],
                },
            }),
            "input: x: its declared shape is [N]x3x7x9; 1x3x8x9 was given");
        CollectionAssert.Contains(
            graph.Refusals(new OnnxOptions { Symbols = new Dictionary<string, int> { ["width"] = 8 } }),
                "input: no extent is named width; N are");
        CollectionAssert.Contains(
            graph.Refusals(new OnnxOptions { Outputs = ["z"] }), "output: there is none named z; there are y");
    }

    [TestMethod]
    public void A_second_output_that_is_read_is_refused_and_one_that_is_not_is_left_alone()
    {
        GraphWriter Pool() => Image().Node("", "MaxPool", "x", "p i", [("kernel_shape", Square3)]);
        Assert.HasCount(2, Pool().Node("Relu", "p", "y").Import().Graph.Layers);
        CollectionAssert.Contains(
            Pool().Node("Add", "p i", "y").Refusals(),
                "MaxPool: its second output and those behind it are not supported (1 node: n0)");
    }

    /// <summary>The real files that are refused, in the words that their users read.</summary>
    [TestMethod]
    [DataRow("silero_vad_v5.onnx", "If: control flow is not supported (1 node: If_0)")]
    public void Real_files_are_refused_by_all_that_they_need(string name, string refusal)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX") ?? "", name);
        if (!File.Exists(path))
            Assert.Inconclusive($"SOFTPOOL_ONNX does not name a folder with {name}.");
        UnsupportedOnnxException refused = Assert.ThrowsExactly<UnsupportedOnnxException>(() => OnnxImport.Open(path,
            new OnnxOptions()));
        CollectionAssert.Contains(refused.Refusals.ToArray(), refusal);
    }

    private static GraphWriter Conv(params (string Name, object Value)[] attributes) =>
        Image(8, 10).Some("w", 4, 3, 3, 3).Node("Conv", "x w", "y", attributes);

    private static GraphWriter Image(int height = 7, int width = 9) =>
        new GraphWriter().Input("x", "N", 3, height, width).Output("y");

    private static GraphWriter ConvTranspose(params (string Name, object Value)[] attributes) =>
        Image().Some("w", 3, 2, 3, 3).Node("ConvTranspose", "x w", "y", attributes);

    private static GraphWriter Resize(params (string Name, object Value)[] attributes) =>
        Image().Floats("s", [4], 1, 1, 2, 1.5f).Node("Resize", "x - s", "y", attributes);

    private static GraphWriter Vector() => new GraphWriter().Input("x", "N", 5).Output("y");
}
