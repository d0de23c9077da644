// SPDX-License-Identifier: BSD-3-Clause
// Stacks of small matrices in groups of eight, shared out over the threads.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <vector>

#include "core/lapack.hpp"
#include "cpu/dense.hpp"
#include "cpu/lapack.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {
namespace {

constexpr std::int64_t most_rows = 32;  // a group of larger ones leaves the second-level cache
constexpr std::int64_t fewest_matrices = 4;

std::int64_t matrices_of(const lapack_call& c) {
  std::int64_t count = 1;
  for (int d = 0; d < c.ndim; ++d) count *= c.shape[d];
  return count;
}

/// The work on one group after another; each thread has one of these.
class group_worker {
 public:
  explicit group_worker(const lapack_call& call)
      : c(call),
        n(call.operands[0].rows),
        a_(room(n * call.operands[0].columns)),
        b_(room(n * std::max<std::int64_t>(1, right_sides()))) {}

  /// Matrices that are left to the library.
  std::vector<std::int64_t> left;

  /// Returns how many of the matrices from `first` on had no result.
  std::int64_t operator()(std::int64_t first, int count) {
    for (int lane = 0; lane < matrices_at_once; ++lane) place(first + std::min(lane, count - 1), lane);
    switch (c.op) {
      case lapack_op::determinant: return determinant(count);
      case lapack_op::cholesky: return cholesky(count);
      case lapack_op::eigh: return eigen(first, count);
      case lapack_op::svd: return singular(first, count);
      default: return solve(count);
    }
  }

 private:
  struct aligned_delete {
    void operator()(double* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  using group = std::unique_ptr<double[], aligned_delete>;
  static group room(std::int64_t elements) {
    const auto bytes = static_cast<std::size_t>(elements * matrices_at_once) * sizeof(double);
    return group(static_cast<double*>(::operator new[](bytes, std::align_val_t{64})));
  }
  std::int64_t right_sides() const {
    if (c.op == lapack_op::solve) return c.operands[1].columns;
    return c.op == lapack_op::determinant || c.op == lapack_op::cholesky ? 0 : n;
  }

  const lapack_call& c;
  std::int64_t n;
  group a_, b_, values_;
  char* at[4][matrices_at_once];

  void place(std::int64_t index, int lane) {
    for (int k = 0; k < 4; ++k) at[k][lane] = static_cast<char*>(c.operands[k].data);
    for (int d = c.ndim - 1; d >= 0; --d) {
      const std::int64_t i = index % c.shape[d];
      index /= c.shape[d];
      for (int k = 0; k < 4; ++k)
        if (at[k][lane]) at[k][lane] += i * c.operands[k].strides[d];
    }
  }
  void load(int operand, double* to) const {
    const matrix_stack& x = c.operands[operand];
    dense().small_matrices.load(to, at[operand], x.row_step, x.column_step, x.rows, x.columns);
  }
  void store(int operand, const double* from, int count) const {
    const matrix_stack& x = c.operands[operand];
    dense().small_matrices.store(from, at[operand], x.row_step, x.column_step, x.rows, x.columns, count);
  }
  /// NaN in the lanes of `bits`; how many of the first `count` those are.
  static std::int64_t mark(double* values, std::int64_t elements, unsigned bits, int count) {
    for (int lane = 0; bits != 0 && lane < count; ++lane)
      for (std::int64_t i = 0; (bits >> lane & 1) != 0 && i < elements; ++i)
        values[i * matrices_at_once + lane] = std::numeric_limits<double>::quiet_NaN();
    return std::popcount(bits & ((1u << count) - 1));
  }

  std::int64_t solve(int count) {
    const small_matrix_kernels& kernels = dense().small_matrices;
    const std::int64_t r = right_sides();
    load(0, a_.get());
    if (c.op == lapack_op::solve) {
      load(1, b_.get());
    } else {
      std::fill_n(b_.get(), n * n * matrices_at_once, 0.0);
      for (std::int64_t i = 0; i < n; ++i)
        std::fill_n(b_.get() + i * (n + 1) * matrices_at_once, matrices_at_once, 1.0);
    }
    unsigned odd = 0;
    const unsigned singular = kernels.eliminate(a_.get(), b_.get(), n, r, &odd);
    kernels.substitute(a_.get(), b_.get(), n, r);
    const std::int64_t failures = mark(b_.get(), n * r, singular, count);
    store(c.op == lapack_op::solve ? 2 : 1, b_.get(), count);
    return failures;
  }

  std::int64_t determinant(int count) {
    load(0, a_.get());
    unsigned odd = 0;
    const unsigned singular = dense().small_matrices.eliminate(a_.get(), b_.get(), n, 0, &odd);
    for (int lane = 0; lane < count; ++lane) {
      double sign = (odd >> lane & 1) != 0 ? -1 : 1, log = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const double x = a_[static_cast<std::size_t>(i * (n + 1) * matrices_at_once + lane)];
        if (x < 0) sign = -sign;  // as NumPy: NaN has a sign here
        log += std::log(std::abs(x));
      }
      if ((singular >> lane & 1) != 0) sign = 0, log = -std::numeric_limits<double>::infinity();
      if (at[1][lane]) *reinterpret_cast<double*>(at[1][lane]) = sign;
      if (at[2][lane]) *reinterpret_cast<double*>(at[2][lane]) = log;
    }
    return 0;
  }

  // The upper factor of a real matrix is the lower one transposed.
  std::int64_t cholesky(int count) {
    const small_matrix_kernels& kernels = dense().small_matrices;
    const matrix_stack &from = c.operands[0], &to = c.operands[1];
    const auto step = [&](const matrix_stack& x, bool row) {
      return row != c.upper ? x.row_step : x.column_step;
    };
    kernels.load(a_.get(), at[0], step(from, true), step(from, false), n, n);
    const unsigned fails = kernels.cholesky(a_.get(), n);
    const std::int64_t failures = mark(a_.get(), n * n, fails, count);
    kernels.store(a_.get(), at[1], step(to, true), step(to, false), n, n, count);
    return failures;
  }

  std::int64_t eigen(std::int64_t first, int count) {
    const matrix_stack& a = c.operands[0];
    const small_matrix_kernels& kernels = dense().small_matrices;
    kernels.load(a_.get(), at[0], c.upper ? a.column_step : a.row_step, c.upper ? a.row_step : a.column_step,
                 n, n);
    const unsigned refused = kernels.eigen(a_.get(), at[2][0] ? b_.get() : nullptr, n);
    for (int lane = 0; lane < count; ++lane)
      if ((refused >> lane & 1) != 0)
        left.push_back(first + lane);
      else
        store_eigen(lane);
    return 0;
  }
  double element(const group& from, std::int64_t i, int lane) const {
    return from[static_cast<std::size_t>(i * matrices_at_once + lane)];
  }
  /// values[i * step] for i below k, smallest first.
  void sorted(const group& values, std::int64_t step, std::int64_t k, int lane, std::int64_t* order) const {
    std::iota(order, order + k, std::int64_t{0});
    std::sort(order, order + k, [&](std::int64_t i, std::int64_t j) {
      return element(values, i * step, lane) < element(values, j * step, lane);
    });
  }
  /// Rows of `from` in that order as the vectors of an operand: its columns, or its rows.
  void store_vectors(int operand, bool as_columns, const group& from, std::int64_t length, std::int64_t k,
                     const std::int64_t* order, int lane) const {
    const matrix_stack& x = c.operands[operand];
    char* const to = at[operand][lane];
    const std::int64_t next = as_columns ? x.column_step : x.row_step;
    const std::int64_t along = as_columns ? x.row_step : x.column_step;
    for (std::int64_t i = 0; to && i < k; ++i)
      for (std::int64_t j = 0; j < length; ++j)
        *reinterpret_cast<double*>(to + i * next + j * along) = element(from, order[i] * length + j, lane);
  }

  void store_eigen(int lane) const {
    std::int64_t order[most_rows];
    sorted(a_, n + 1, n, lane, order);
    for (std::int64_t i = 0; at[1][lane] && i < n; ++i)
      *reinterpret_cast<double*>(at[1][lane] + i * c.operands[1].column_step) =
          element(a_, order[i] * (n + 1), lane);
    store_vectors(2, true, b_, n, n, order, lane);
  }

  /// Rows or columns are rotated, whichever are fewer.
  std::int64_t singular(std::int64_t first, int count) {
    const matrix_stack& a = c.operands[0];
    const bool by_columns = a.rows >= a.columns;
    const std::int64_t k = std::min(a.rows, a.columns), m = std::max(a.rows, a.columns);
    if (!values_) values_ = room(k);
    const small_matrix_kernels& kernels = dense().small_matrices;
    kernels.load(a_.get(), at[0], by_columns ? a.column_step : a.row_step,
                 by_columns ? a.row_step : a.column_step, k, m);
    const bool vectors = at[1][0] || at[3][0];
    const unsigned refused = kernels.singular(a_.get(), vectors ? b_.get() : nullptr, values_.get(), k, m);
    for (int lane = 0; lane < count; ++lane) {
      if ((refused >> lane & 1) != 0) {
        left.push_back(first + lane);
        continue;
      }
      std::int64_t order[most_rows];
      sorted(values_, 1, k, lane, order);
      std::reverse(order, order + k);
      for (std::int64_t i = 0; at[2][lane] && i < k; ++i)
        *reinterpret_cast<double*>(at[2][lane] + i * c.operands[2].column_step) =
            element(values_, order[i], lane);
      store_vectors(by_columns ? 1 : 3, by_columns, a_, m, k, order, lane);
      store_vectors(by_columns ? 3 : 1, !by_columns, b_, k, k, order, lane);
    }
    return 0;
  }
};

}  // namespace

namespace {

/// The call for one matrix of the stack.
lapack_call single(const lapack_call& call, std::int64_t index) {
  lapack_call one = call;
  one.ndim = 0;
  for (int d = call.ndim - 1; d >= 0; --d) {
    for (matrix_stack& x : one.operands)
      if (x.data) x.data = static_cast<char*>(x.data) + index % call.shape[d] * x.strides[d];
    index /= call.shape[d];
  }
  return one;
}

}  // namespace

bool has_small_loop(const lapack_call& call) {
  const matrix_stack& a = call.operands[0];
  if (call.type != dtype::float64 || a.rows == 0 || a.rows > most_rows) return false;
  // Of few matrices most lanes are empty; yet where there is no library this is all there is.
  if (matrices_of(call) < fewest_matrices && lapack_table::get()) return false;
  if (call.op == lapack_op::solve)
    return call.operands[1].columns > 0 && call.operands[1].columns <= most_rows;
  if (call.op == lapack_op::svd) {
    const std::int64_t k = std::min(a.rows, a.columns);
    const matrix_stack &u = call.operands[1], &vh = call.operands[3];
    return k > 0 && k <= dense().small_matrices.rotated_rows && std::max(a.rows, a.columns) <= most_rows &&
           (!u.data || u.columns == k) && (!vh.data || vh.rows == k);
  }
  if (call.op == lapack_op::eigh) return a.rows <= dense().small_matrices.rotated_rows;
  return call.op == lapack_op::inverse || call.op == lapack_op::determinant || call.op == lapack_op::cholesky;
}

std::int64_t small_lapack(const lapack_call& call) {
  const std::int64_t count = matrices_of(call);
  const std::int64_t groups = (count + matrices_at_once - 1) / matrices_at_once;
  const auto n = static_cast<double>(call.operands[0].rows);
  std::atomic<std::int64_t> failures{0};
  std::mutex lock;
  std::vector<std::int64_t> left;
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    group_worker work(call);
    std::int64_t found = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i * matrices_at_once;
      found += work(first, static_cast<int>(std::min<std::int64_t>(matrices_at_once, count - first)));
    }
    failures.fetch_add(found, std::memory_order_relaxed);
    const std::lock_guard hold(lock);
    left.insert(left.end(), work.left.begin(), work.left.end());
  };
  parallel_for(groups, std::max<std::int64_t>(1, static_cast<std::int64_t>(5e4 / (n * n * n + 100))), range);
  std::int64_t failed = failures.load();
  for (const std::int64_t index : left) failed += lapack_on_host(single(call, index));
  return failed;
}

}  // namespace numloom::cpu_host
