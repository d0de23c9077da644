// SPDX-License-Identifier: BSD-3-Clause
// What of the decompositions a CUDA device does itself: kernels of our own for stacks of small matrices,
// cuSOLVER (on the simulator: LAPACK with its arguments) for others. Values are checked by
// decompositions_test.cpp and tests/python/test_linalg.py.
#include <cmath>
#include <cstdint>

#include "core/lapack.hpp"
#include "cuda/cusolver.hpp"
#include "cuda/runtime.hpp"
#include "cuda_support.hpp"
#include "numloom/linalg.hpp"
#include "numloom/manipulation.hpp"

namespace numloom {
namespace {

using namespace cuda_test;
using cuda_host::solver_call;
using cuda_host::solver_routine;

bool has_library() { return cuda_host::has_solver(solver_routine::getrf); }
constexpr const char* no_library = "no library with LAPACK";

std::uint64_t bytes_to_host() { return cuda_runtime::get_statistics().bytes_device_to_host; }

ndarray stack_of(std::int64_t count, std::int64_t n) {
  cuda_test::numbers source;
  std::vector<float> values;
  for (std::int64_t i = 0; i < count * n * n; ++i)
    values.push_back(static_cast<float>(source.unit()) + (i / n % n == i % n ? static_cast<float>(n) : 0.f));
  return test::make<float>(values, {count, n, n}, cuda(0));
}

TEST(cuda_decompositions, of_small_stacks_stay_on_the_device) {
  const ndarray a = stack_of(50, 6);
  const std::uint64_t before = bytes_to_host();
  linalg::inv(a);
  linalg::det(a);
  linalg::solve(a, a);
  linalg::cholesky(matmul(a, swapaxes(a, -1, -2)));
  EXPECT_LE(bytes_to_host() - before, 12u);  // a count of failures each, none for det
}

TEST(cuda_decompositions, in_single_precision_where_the_device_does_them) {
  const auto computed = [](lapack_op op, std::int64_t n, device d) {
    return lapack_dtype(op, dtype::float32, n, n, 1, d);
  };
  EXPECT_EQ(computed(lapack_op::solve, 4, cuda(0)), dtype::float32);
  EXPECT_EQ(computed(lapack_op::solve, 4, cpu), dtype::float64);
  EXPECT_EQ(computed(lapack_op::lstsq, 4, cuda(0)), dtype::float64);
  EXPECT_EQ(computed(lapack_op::qr, 40, cuda(0)), has_library() ? dtype::float32 : dtype::float64);
}

TEST(cuda_decompositions, large_results_stay_on_the_device) {
  if (!has_library()) GTEST_SKIP() << no_library;
  const ndarray a = stack_of(3, 40);
  const std::uint64_t before = bytes_to_host();
  linalg::inv(a);
  linalg::det(a);
  linalg::qr(a);
  linalg::svd(a);
  linalg::eigh(a);
  EXPECT_LE(bytes_to_host() - before, 100u);  // LAPACK's info for each matrix
}

TEST(cuda_decompositions, mark_the_matrices_that_fail) {
  for (const std::int64_t n : {std::int64_t{3}, std::int64_t{40}}) {
    if (n > 32 && !has_library()) GTEST_SKIP() << no_library;
    const ndarray a = stack_of(4, n);
    std::vector<float> values = a.to_vector<float>();
    for (std::int64_t i = 2 * n * n; i < 3 * n * n; ++i) values[static_cast<std::size_t>(i)] = 1;
    const ndarray with_singular = test::make<float>(values, {4, n, n}, cuda(0));
    EXPECT_THROW(linalg::inv(with_singular), linalg_error);
    EXPECT_THROW(linalg::solve(with_singular, a), linalg_error);
    const std::vector<float> conditions = linalg::cond(with_singular, 1.0).to_vector<float>();
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(std::isfinite(conditions[i]), i != 2) << n;
    EXPECT_EQ(linalg::det(with_singular).to_vector<float>()[2], 0);
  }
}

/// The calls take LAPACK's arguments: leading dimensions beyond the rows, 1-based pivots, info.
TEST(cusolver, takes_leading_dimensions_and_gives_info) {
  if (!has_library()) GTEST_SKIP() << no_library;
  const std::vector<double> a = {0, 2, -9, 4, 1, -9};  // [[0, 4], [2, 1]] with columns 3 apart
  const device_vector<double> matrix(a), right(std::vector<double>{8, 5});
  const device_vector<std::int32_t> pivots(std::size_t{2}), infos(std::vector<std::int32_t>{-1, -1});
  solver_call call{solver_routine::getrf, dtype::float64};
  call.m = call.n = 2;
  call.a = matrix.data();
  call.lda = 3;
  call.pivots = pivots.data();
  const std::int64_t bytes = cuda_host::solver_workspace(call, 0);
  const device_vector<char> work(static_cast<std::size_t>(bytes + 1));
  void* const stream = queue().handle ? queue().handle : gpu().default_stream(0);
  cuda_host::run_solver(call, work.data(), bytes, infos.data(), 0, stream);
  EXPECT_EQ(pivots.read(), (std::vector<std::int32_t>{2, 2}));
  call.routine = solver_routine::getrs;
  call.k = 1;
  call.b = right.data();
  call.ldb = 2;
  cuda_host::run_solver(call, work.data(), 0, infos.data() + 1, 0, stream);
  EXPECT_EQ(right.read(), (std::vector<double>{1.5, 2}));
  EXPECT_EQ(infos.read(), (std::vector<std::int32_t>{0, 0}));
  const device_vector<double> zeros(std::vector<double>(4, 0.0));
  call.routine = solver_routine::getrf;
  call.a = zeros.data();
  call.lda = 2;
  cuda_host::run_solver(call, work.data(), bytes, infos.data(), 0, stream);
  EXPECT_EQ(infos.read()[0], 1);
  EXPECT_EQ(matrix.read()[2], -9);  // between the columns
}

}  // namespace
}  // namespace numloom
