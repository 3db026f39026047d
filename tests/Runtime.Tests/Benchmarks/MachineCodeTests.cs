using SoftPool.Benchmarks;

namespace SoftPool.Runtime.Tests.Benchmarks;

/// <summary>What is counted in the assembly of four drivers: the innermost loop with most multiply-adds.</summary>
[TestClass]
public sealed class MachineCodeTests
{
    [TestMethod]
    public void RADV_s_loop_ends_with_a_branch_back()
    {
        MachineCode code = Of("Assembly", """
            BB0:
              v_mov_b32_e32 v0, 0 ; 7e000280
              s_buffer_load_dwordx4 s[0:3], s[4:7], 0x0 ; f4280102 fa000000
            BB1:
              v_mul_f32_e32 v1, v1, v1
            BB2:
              global_load_dwordx4 v[4:7], v[2:3], off
              v_fma_f32 v8, v4, v5, v8
              v_fma_mix_f32 v8, v4, v5, v8 op_sel_hi:[1,0,0]
              v_dual_fmac_f32 v9, v4, v5 :: v_dual_fmac_f32 v10, v6, v7
              v_pk_fma_f16 v11, v4, v5, v11
              s_cbranch_scc1 BB2
              s_cbranch_scc1 BB1
            BB3:
              s_endpgm
            """);
        Assert.AreEqual(new MainLoop(4, 4, 1, 6, 1 + 1 + 2 + 2) { Around = 2 }, MainLoop.Find(code));
        Assert.AreEqual(2, code.Loops.Count);
    }

    [TestMethod]
    public void NVK_says_of_each_block_which_come_before_it()
    {
        MachineCode code = Of("NAK assembly", """
            block 0 L0 [] {
              mov r0 rZ
            }
            block 1 L1 [0, 2] {
              ld.global.a32.b128 r4 [r2..4+0x0]
              ffma r8 r4 r5 r8
              bra L3
            }
            block 2 L2 [1] {
              hfma2 r9 r4 r5 r9
              bra L1
            }
            block 3 L3 [1] {
              exit
            }
            """);
        MainLoop loop = MainLoop.Find(code)!;
        Assert.AreEqual((2, 1, 3), (loop.MultiplyAdd, loop.Load, loop.Products));
        Assert.AreEqual(2, code.Fused);
    }

    [TestMethod]
    public void Turnip_s_instructions_are_repeated_and_wait()
    {
        MachineCode code = Of("IR3 Assembly", """
            mov.f32f32 r0.x, c0.x
            l2:
            (sy)(rpt3)mad.f32 r1.x, (r)r2.x, r3.x, (r)r1.x
            isam (f32)(xyzw)r2.x, r0.x, s#0, t#0
            (nop2) add.u r0.x, r0.x, 1
            br p0.x, #l2
            end
            """);
        Assert.AreEqual(new MainLoop(4 + 1 + 3 + 1, 4, 1, 4 + 1 + 3 + 1, 4), MainLoop.Find(code));
    }

    [TestMethod]
    public void Code_without_a_loop_has_none_and_other_texts_are_no_code()
    {
        Assert.IsNull(MainLoop.Find(Of("Assembly", "BB0:\n  v_mov_b32_e32 v0, 0\n  s_endpgm\n")));
        Assert.IsNull(MachineCode.Of(new Dictionary<string, string> { ["NIR Shader(s)"] = "shader" }));
    }

    private static MachineCode Of(string name, string text) =>
        MachineCode.Of(new Dictionary<string, string> { [name] = text })!;
}
