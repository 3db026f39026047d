using SoftPool.Onnx;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx;

[TestClass]
public sealed class OnnxModelTests
{
    [TestMethod]
    public void A_model_is_read_as_it_was_written()
    {
        using OnnxModel model = Read(Everything());
        Assert.AreEqual((8, "test", "1.0"), (model.IrVersion, model.Producer, model.ProducerVersion));
        Assert.AreEqual(17, model.Opsets[""]);
        Assert.AreEqual(1, model.Opsets["com.microsoft"]);
        Assert.AreEqual("v", model.Metadata["k"]);
        OnnxGraph graph = model.Graph;
        Assert.AreEqual("x w|y|v|w", string.Join('|',
            string.Join(' ', graph.Inputs.Select(value => value.Name)), graph.Outputs[0].Name, graph.Values[0].Name,
            graph.Initializers[0].Name));
        OnnxType type = graph.Inputs[0].Type;
        Assert.AreEqual((OnnxTypeKind.Tensor, OnnxElement.Float), (type.Kind, type.Element));
        CollectionAssert.AreEqual(
            new OnnxDimension[] { new(null, "N"), new(3, null), new(null, null) }, type.Dimensions!.ToArray());
        Assert.IsNull(graph.Inputs[1].Type.Dimensions);
        Assert.IsEmpty(graph.Outputs[0].Type.Dimensions!);
        CollectionAssert.AreEqual(new[] { 1.5f, -2f }, graph.Initializers[0].ToFloats());
    }

    [TestMethod]
    public void Attributes_of_every_kind_have_their_values()
    {
        using OnnxModel model = Read(Everything());
        OnnxNode node = model.Graph.Nodes[0];
        Assert.AreEqual("If,,n,x||w,y", string.Join(
            ',', node.OpType, node.Domain, node.Name, string.Join('|', node.Inputs), node.Outputs[0]));
        Assert.AreEqual(0.5f, Of<float>("f"));
        Assert.AreEqual(-7, Of<long>("i"));
        Assert.AreEqual(0, Of<long>("zero"));
        Assert.AreEqual("SAME", Of<OnnxText>("s").ToString());
        Assert.AreEqual(-2f, Of<OnnxTensor>("t").ToFloats()[1]);
        Assert.AreEqual("Identity", Of<OnnxGraph>("g").Nodes[0].OpType);
        Assert.AreEqual("1,2", string.Join(',', Of<IReadOnlyList<float>>("fs")));
        Assert.AreEqual("1,-2,3", string.Join(',', Of<IReadOnlyList<long>>("is")));
        Assert.AreEqual("a,b", string.Join(',', Of<IReadOnlyList<OnnxText>>("ss")));
        Assert.AreEqual("w", Of<IReadOnlyList<OnnxTensor>>("ts")[0].Name);
        Assert.AreEqual("then", Of<IReadOnlyList<OnnxGraph>>("gs")[0].Name);
        Assert.AreEqual(OnnxTypeKind.Sequence, Of<OnnxType>("tp").Kind);
        Assert.HasCount(1, Of<IReadOnlyList<OnnxType>>("tps"));

        T Of<T>(string name) => ((OnnxAttribute<T>)node.Attributes.Single(attribute => attribute.Name == name)).Value;
    }

    [TestMethod]
    public void A_second_model_behind_the_first_is_merged()
    {
        byte[] more = Message().Message(7, Message().Message(12, Message().Text(1, "w"))).Text(2, "other").ToArray();
        using OnnxModel model = Read(Everything().Raw(more));
        Assert.AreEqual("y w", string.Join(' ', model.Graph.Outputs.Select(value => value.Name)));
        Assert.HasCount(1, model.Graph.Nodes);
        Assert.AreEqual("other", model.Producer);
    }

    [TestMethod]
    public void A_message_within_a_message_is_merged_too()
    {
        ProtoWriter value = Message().Text(1, "x").Message(2, Message().Message(1, Message().Int(1, 10)))
            .Message(2, Message().Message(1, Message().Message(2, Message().Message(1, Message().Int(1, 4)))));
        using OnnxModel model = Read(Model(Message().Message(11, value)));
        Assert.AreEqual(OnnxElement.Float16, model.Graph.Inputs[0].Type.Element);
        Assert.AreEqual(4, model.Graph.Inputs[0].Type.Dimensions![0].Size);
    }

    [TestMethod]
    public void What_is_not_supported_is_refused_by_name()
    {
        StringAssert.Contains(
            Refusal(Model(Message()).Message(25, Message().Text(1, "fun"))), "the function fun, which");
        StringAssert.Contains(
            Refusal(Model(Message().Message(15, Message().Message(1, Message().Text(8, "thin"))))),
            "the sparse initializer thin, which");
        StringAssert.Contains(
            Refusal(Model(Message().Message(1, Message().Message(5, Message().Text(1, "sp").Int(20, 11))))),
            "attribute sp holds a sparse tensor");
    }

    [TestMethod]
    public void What_is_malformed_is_refused_with_its_place()
    {
        Assert.AreEqual(
            "a.onnx is no valid ONNX model: at byte 2, a field of wire type 0, 1, 2 or 5 was expected, and field 2 "
            + "has 3 (a group).", Refusal(Message().Int(1, 8).Tag(2, 3)));
        StringAssert.Contains(Refusal(Message().Int(1, 14)), "IR version 3 to 13 was expected, not 14");
        StringAssert.Contains(Refusal(Message().Int(1, 8)), "a graph was expected");
        StringAssert.Contains(Refusal(Message().Int(1, 8).Message(7, Message())), "an operator set's version");
        StringAssert.Contains(
            Refusal(Message().Tag(1, 0).Raw([.. Enumerable.Repeat((byte)0xFF, 11)])),
            "at byte 1, a number of at most 10");
        StringAssert.Contains(
            Refusal(Message().Tag(2, 2).Varint(ulong.MaxValue)),
            "18446744073709551615 bytes of field 2 were expected, and 0");
        StringAssert.Contains(Refusal(Message().Bytes(2, [0xFF])), "at byte 2, text in UTF-8");
        StringAssert.Contains(Refusal(Message().Tag(0, 0)), "a field's tag was expected");
        StringAssert.Contains(Refusal(Message().Int(2, 0)), "field 2 of wire type 2 was expected, not of 0");
    }

    [TestMethod]
    public void Graphs_nest_only_so_deep()
    {
        ProtoWriter graph = Message();
        for (int depth = 0; depth < 1_000; depth++)
            graph = Message().Message(1, Message().Message(5, Message().Message(6, graph).Int(20, 5)));
        StringAssert.Contains(Refusal(Model(graph)), "nested at most 16 deep");
    }

    [TestMethod]
    public void A_stream_that_cannot_seek_is_read_up_to_a_limit()
    {
        byte[] bytes = Everything().ToArray();
        using (OnnxModel model = OnnxModel.Read(new Pipe(bytes), "pipe"))
            Assert.AreEqual(1.5f, model.Graph.Initializers[0].ToFloats()[0]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(
                () => OnnxSource.Of(new Pipe(bytes), "pipe", null, bytes.Length - 1)).Message, "at most");
    }

    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
