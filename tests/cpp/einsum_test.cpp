// SPDX-License-Identifier: BSD-3-Clause
// einsum from C++: forms, options, views and errors. All of NumPy's forms are in tests/python/test_einsum.py.
#include "numloom/creation.hpp"
#include "numloom/linalg.hpp"
#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using doubles = std::vector<double>;

doubles values(const ndarray& a) { return astype(a, dtype::float64).to_vector<double>(); }

TEST(einsum, products_and_sums) {
  const ndarray a = iota<double>({2, 3}), b = iota<double>({3, 2});
  EXPECT_EQ(values(einsum("ij,jk", {a, b})), (doubles{10, 13, 28, 40}));
  EXPECT_EQ(values(einsum("ij,jk->ki", {a, b})), (doubles{10, 28, 13, 40}));
  EXPECT_EQ(values(einsum("ij->", {a})), doubles{15});
  EXPECT_EQ(values(einsum("ij->j", {a})), (doubles{3, 5, 7}));
  EXPECT_EQ(values(einsum("ij,ij->i", {a, a})), (doubles{5, 50}));
  EXPECT_EQ(values(einsum("i,j", {make<double>({1, 2}), make<double>({3, 5})})), (doubles{3, 5, 6, 10}));
  EXPECT_EQ(values(einsum("ii", {iota<double>({3, 3})})), doubles{12});
}

TEST(einsum, three_operands_in_any_order) {
  const ndarray a = iota<double>({2, 3}), b = iota<double>({3, 4}), c = iota<double>({4, 2});
  const ndarray expected = matmul(matmul(a, b), c);
  EXPECT_EQ(values(einsum("ij,jk,kl", {a, b, c})), values(expected));
  for (const contraction_path& path : {contraction_path{{0, 1}, {0, 1}}, contraction_path{{1, 2}, {0, 1}}})
    EXPECT_EQ(values(einsum("ij,jk,kl->il", {a, b, c}, {.path = path})), values(expected));
  EXPECT_EQ(values(einsum("ij,jk,kl->il", {a, b, c}, {.optimized = true, .optimal = true})),
            values(expected));
}

TEST(einsum, an_ellipsis_broadcasts) {
  const ndarray a = iota<double>({2, 2, 3}), b = iota<double>({3, 2});
  const ndarray made = einsum("...ij,jk->...ik", {a, b});
  EXPECT_EQ(made.shape(), (shape_t{2, 2, 2}));
  EXPECT_EQ(values(made), values(matmul(a, b)));
}

TEST(einsum, one_operand_without_a_sum_is_a_view) {
  const ndarray a = iota<double>({3, 3});
  const ndarray diagonal = einsum("ii->i", {a}), turned = einsum("ij->ji", {a});
  EXPECT_TRUE(may_share_memory(diagonal, a));
  EXPECT_TRUE(may_share_memory(turned, a));
  copyto(diagonal, make<double>({-1, -1, -1}));
  EXPECT_EQ(values(a), (doubles{-1, 1, 2, 3, -1, 5, 6, 7, -1}));
  EXPECT_EQ(values(turned), (doubles{-1, 3, 6, 1, -1, 7, 2, 5, -1}));
}

TEST(einsum, dtype_and_out) {
  const ndarray a = iota<std::int32_t>({2, 3}), b = iota<std::int32_t>({3, 2});
  EXPECT_EQ(einsum("ij,jk", {a, b}).dtype(), dtype::int32);
  EXPECT_EQ(einsum("ij,jk", {a, b}, {.dtype = dtype::float64}).dtype(), dtype::float64);
  const ndarray out = zeros({2, 2}, {.dtype = dtype::int32, .device = test::test_device()});
  einsum("ij,jk->ik", {a, b}, {.out = out});
  EXPECT_EQ(values(out), (doubles{10, 13, 28, 40}));
  EXPECT_THROW(einsum("ij,jk", {a, b}, {.dtype = dtype::int8}), type_error);
}

TEST(einsum, subscripts_that_do_not_fit) {
  const ndarray a = iota<double>({2, 3});
  EXPECT_THROW(einsum("ij,jk", {a, a}), value_error);  // j is 3 and 2
  EXPECT_THROW(einsum("ijk", {a}), value_error);       // too many labels
  EXPECT_THROW(einsum("ij->k", {a}), value_error);     // a label from nowhere
  EXPECT_THROW(einsum("ij->ii", {a}), value_error);    // twice in the result
  EXPECT_THROW(einsum("ij,jk", {a}), value_error);     // an operand is missing
  EXPECT_THROW(einsum("i-j", {a}), value_error);
  EXPECT_THROW(einsum("i1", {a}), value_error);
}

}  // namespace
}  // namespace numloom
