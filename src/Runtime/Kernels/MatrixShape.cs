namespace SoftPool.Kernels;

/// <summary>The matrices of 16-bit floats that the lanes of a subgroup multiply together, with sums in 32 bits, in one
/// instruction of a GPU's matrix units.</summary>
/// <param name="Rows">Those of the first operand and of the sums.</param>
/// <param name="Columns">Those of the second operand and of the sums.</param>
/// <param name="Depth">The columns of the first operand, and the rows of the second.</param>
internal readonly record struct MatrixShape(int Rows, int Columns, int Depth);
