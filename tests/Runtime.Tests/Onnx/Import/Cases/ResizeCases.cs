namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Resize, and Upsample of old sets.</summary>
internal static class ResizeCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("Resize by default", new GraphWriter(13).Input("x", 1, 3, 7, 9).Output("y").Floats("s", [4], 1, 1, 2, 3)
            .Node("Resize", "x - s", "y"), "Upsample"),
        .. from mode in new[] { "nearest", "linear", "cubic" }
           from coordinates in new[]
           {
               "half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "half_pixel_symmetric",
           }
           from sizes in new[] { "- - t", "- s" }
           select new OnnxCase($"Resize {mode} {coordinates} {sizes}", new GraphWriter(19).Input("x", 1, 2, 5, 6)
               .Output("y").Floats("s", [4], 1, 1, 2, 1.5f).Ints("t", 1, 2, 3, 13)
               .Node("Resize", $"x {sizes}", "y", ("mode", mode), ("coordinate_transformation_mode", coordinates)),
               "Upsample"),
        .. from rounding in new[] { "floor", "ceil", "round_prefer_floor", "round_prefer_ceil" }
           from coordinates in new[] { "half_pixel", "asymmetric" }
           select new OnnxCase($"Resize {rounding} {coordinates}", new GraphWriter(13).Input("x", 1, 2, 5, 6)
               .Output("y").Ints("t", 1, 2, 10, 4)
               .Node("Resize", "x - - t", "y", ("nearest_mode", rounding),
                   ("coordinate_transformation_mode", coordinates)), "Upsample"),
        ("Resize of all attributes", new GraphWriter(18).Input("x", 1, 2, 5, 6).Output("y").Floats("s", [2], 2.5f, 0.8f)
            .Floats("roi", [0]).Node("Resize", "x roi s", "y", ("mode", "cubic"), ("cubic_coeff_a", -0.5f),
                ("exclude_outside", 1), ("axes", new long[] { 3, -2 }), ("extrapolation_value", 7f), ("antialias", 0)),
            "Upsample"),
        ("Resize that keeps the aspect ratio", new GraphWriter(18).Input("x", 1, 2, 5, 6).Output("y")
            .Ints("t", 8, 7).Ints("u", 9, 23)
            .Node("Resize", "x - - t", "a", ("mode", "linear"), ("axes", new long[] { 2, 3 }),
                ("keep_aspect_ratio_policy", "not_larger"))
            .Node("Resize", "a - - u", "y", ("mode", "linear"), ("axes", new long[] { 2, 3 }),
                ("keep_aspect_ratio_policy", "not_smaller")), "Upsample Upsample"),
        .. from mode in new[] { "linear", "cubic" }
           from coordinates in new[] { "half_pixel", "asymmetric" }
           from excludes in mode == "cubic" ? new[] { 0, 1 } : [0]
           select new OnnxCase($"Resize with antialias {mode} {coordinates} {excludes}", new GraphWriter(18)
               .Input("x", 1, 2, 11, 9).Output("y").Ints("t", 1, 2, 4, 12).Node("Resize", "x - - t", "y",
                   ("mode", mode), ("coordinate_transformation_mode", coordinates), ("antialias", 1),
                   ("exclude_outside", excludes)), "Permute Linear Permute Linear"),
        ("Resize of a line and of a volume", new GraphWriter(13).Input("x", 1, 3, 6).Output("y")
            .Floats("s", [3], 1, 1, 2).Floats("t", [5], 1, 1, 2, 1, 1.5f).Ints("r", 1, 3, 2, 2, 3)
            .Node("Resize", "x - s", "a").Node("Reshape", "a r", "b").Node("Resize", "b - t", "y", ("mode", "linear")),
            "IndexSelect Reshape Permute Linear Permute Linear"),
        ("Resize of channels", new GraphWriter(13).Input("x", 1, 4, 5, 6).Output("y").Floats("s", [4], 1, 0.5f, 1, 2)
            .Node("Resize", "x - s", "y", ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")),
            "IndexSelect IndexSelect"),
        ("Resize of an old set", new GraphWriter(10).Input("x", 1, 2, 5, 6).Output("y").Floats("s", [4], 1, 1, 2, 1.5f)
            .Floats("t", [4], 1, 1, 0.6f, 0.5f).Node("Resize", "x s", "a").Node("Resize", "a t", "b")
            .Node("Resize", "b s", "y", ("mode", "linear")), "Upsample Upsample Upsample"),
        ("Upsample", new GraphWriter(9).Input("x", 1, 2, 5, 6).Output("y").Floats("s", [4], 1, 1, 2, 3)
            .Node("Upsample", "x s", "a").Node("Upsample", "a s", "y", ("mode", "linear")), "Upsample Upsample"),
        ("Upsample by an attribute", new GraphWriter(7).Input("x", 1, 2, 5, 6).Output("y")
            .Node("Upsample", "x", "y", ("scales", new List<float> { 1, 1, 2, 1.5f })), "Upsample"),
    ];
}
