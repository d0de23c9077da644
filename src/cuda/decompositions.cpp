// SPDX-License-Identifier: BSD-3-Clause
// Decompositions: stacks of small matrices by kernels of our own, single and large ones by cuSOLVER on dense
// column-major copies.
#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/lapack.hpp"
#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/cusolver.hpp"
#include "cuda/runtime.hpp"
#include "cuda/spaces.hpp"
#include "decompositions.hpp"

namespace numloom::cuda_host {
namespace {

// A call of the library costs some 50 us, whatever the size: above this number of small matrices the way
// through the host is shorter. That is for eigenvalues of general matrices, of which there is no batched
// routine.
constexpr std::int64_t most_small_calls = 64;

// Of one larger matrix the library's routine keeps a GPU busy; of smaller ones it waits for its own steps,
// and the batched routines of LU and Cholesky take a stack at once. By arithmetic, not measured yet.
constexpr std::int64_t most_batched_rows = 512;

bool has_small_kernel(lapack_op op) { return op != lapack_op::eig && op != lapack_op::lstsq; }

bool has_routines(lapack_op op) {
  switch (op) {
    case lapack_op::solve:
    case lapack_op::inverse: return has_solver(solver_routine::getrf) && has_solver(solver_routine::getrs);
    case lapack_op::determinant: return has_solver(solver_routine::getrf);
    case lapack_op::cholesky: return has_solver(solver_routine::potrf);
    case lapack_op::qr: return has_solver(solver_routine::geqrf) && has_solver(solver_routine::orgqr);
    case lapack_op::svd: return has_solver(solver_routine::gesvd);
    case lapack_op::eig: return has_solver(solver_routine::geev);
    case lapack_op::eigh: return has_solver(solver_routine::syevd);
    case lapack_op::lstsq: return false;
  }
  return false;
}

std::int64_t matrices_of(const lapack_call& call) {
  std::int64_t count = 1;
  for (int d = 0; d < call.ndim; ++d) count *= call.shape[d];
  return count;
}

// ---- small matrices ----

void run_small(lapack_op op, const kernels::small_matrix_call& call, void* stream) {
  switch (op) {
    case lapack_op::solve: return kernels::small_solve(call, stream);
    case lapack_op::inverse: return kernels::small_inverse(call, stream);
    case lapack_op::determinant: return kernels::small_determinant(call, stream);
    case lapack_op::cholesky: return kernels::small_cholesky(call, stream);
    case lapack_op::qr: return kernels::small_qr(call, stream);
    case lapack_op::svd: return kernels::small_svd(call, stream);
    case lapack_op::eigh: return kernels::small_eigh(call, stream);
    default: return;
  }
}

/// The call but for what changes along the stack.
kernels::small_matrix_call sizes_of(const lapack_call& call) {
  kernels::small_matrix_call small{};
  small.type = static_cast<int>(call.type);
  small.upper = call.upper;
  for (int k = 0; k < kernels::most_small_operands; ++k) {
    const matrix_stack& x = call.operands[k];
    if (x.data)
      small.operands[k] = {
          x.data, static_cast<int>(x.rows), static_cast<int>(x.columns), x.row_step, x.column_step, nullptr};
  }
  return small;
}

/// Besides matrices of few rows and columns, stacks of long ones whose results are small as well.
bool has_kernel(const lapack_call& call) {
  const matrix_stack& a = call.operands[0];
  if (!has_small_kernel(call.op) || !kernels::has_decompositions(static_cast<int>(call.type))) return false;
  if (std::max(a.rows, a.columns) <= kernels::largest_small_matrix()) return true;
  if (matrices_of(call) == 1) return false;
  if (call.op == lapack_op::qr) return kernels::fits_small_qr(sizes_of(call));
  return call.op == lapack_op::svd && kernels::fits_small_svd(sizes_of(call));
}

std::int64_t decompose_small(const lapack_call& call, stream_view s) {
  constexpr int most = kernels::most_small_operands;
  const std::int64_t still[max_dims] = {};
  operand_layout layouts[most];
  int first = 0;  // the result that decides the order of the stack
  for (int k = 0; k < most; ++k) {
    const matrix_stack& x = call.operands[k];
    layouts[k] = {x.data, x.data ? x.strides : still};
    if (x.data) first = k;
  }
  std::swap(layouts[0], layouts[first]);
  iteration_space stack;
  canonicalise(stack, std::span(call.shape, static_cast<std::size_t>(call.ndim)), layouts);
  const storage_ptr failures = temporary(sizeof(unsigned), s);
  void* const stream = enter(s);
  cuda_runtime::memset_async(failures->data, 0, sizeof(unsigned), stream);
  for_each_subspace(stack, [&](const iteration_space& part) {
    kernels::small_matrix_call small = sizes_of(call);
    small.ndim = part.ndim;
    small.shape = part.shape;
    small.failures = static_cast<unsigned*>(failures->data);
    for (int k = 0; k < most; ++k) {
      if (!call.operands[k].data) continue;
      const int at = k == 0 ? first : k == first ? 0 : k;
      small.operands[k].data = part.data[at];
      small.operands[k].strides = part.strides[at];
    }
    run_small(call.op, small, stream);
  });
  if (call.op == lapack_op::determinant || call.op == lapack_op::qr) return 0;
  unsigned count = 0;
  cuda_backend()->copy_to_host(&count, failures->data, sizeof count, s);
  return count;
}

// ---- large matrices ----

/// Dense matrices on the device, one behind the other.
struct dense_stack {
  storage_ptr memory;
  std::int64_t rows = 0, columns = 0;
  std::int64_t item = 0;
  std::int64_t step = 0;  // bytes from one matrix to the next
  void* at(std::int64_t index) const { return static_cast<char*>(memory->data) + index * step; }
};

/// One decomposition of each matrix of a stack.
class large_call {
 public:
  large_call(const lapack_call& call, stream_view s)
      : c(call),
        stream_(s),
        count_(matrices_of(call)),
        item_(itemsize(call.type)),
        real_item_(is_complex(call.type) ? item_ / 2 : item_),
        infos_(make(1, 1, sizeof(std::int32_t))) {}

  /// Returns how many matrices had no result.
  std::int64_t run() {
    switch (c.op) {
      case lapack_op::solve:
      case lapack_op::inverse: solve(); break;
      case lapack_op::determinant: determinant(); break;
      case lapack_op::cholesky: cholesky(); break;
      case lapack_op::qr: qr(); break;
      case lapack_op::svd: svd(); break;
      case lapack_op::eig: eig(); break;
      case lapack_op::eigh: eigh(); break;
      case lapack_op::lstsq: break;
    }
    return c.op == lapack_op::determinant || c.op == lapack_op::qr ? 0 : mark_failures();
  }

 private:
  const lapack_call& c;
  stream_view stream_;
  std::int64_t count_, item_, real_item_;
  dense_stack infos_, refused_;
  storage_ptr workspace_;
  std::int64_t workspace_bytes_ = -1;
  std::vector<storage_ptr> lists_;  // of addresses

  dense_stack make(std::int64_t rows, std::int64_t columns, std::int64_t item) const {
    const std::int64_t step = rows * columns * item;
    return {temporary(std::max<std::int64_t>(1, count_ * step), stream_), rows, columns, item, step};
  }

  /// Between a stack of the call's and dense ones whose rows and columns are that many bytes apart.
  void move(const matrix_stack& x, bool in, const dense_stack& dense, std::int64_t row_step,
            std::int64_t column_step, std::int64_t rows, std::int64_t columns) const {
    std::int64_t shape[max_dims + 2], strides[max_dims + 2], along[max_dims + 2];
    const auto n = static_cast<std::size_t>(c.ndim);
    std::int64_t step = dense.step;
    for (int d = c.ndim - 1; d >= 0; step *= c.shape[d--]) {
      shape[d] = c.shape[d];
      strides[d] = x.strides[d];
      along[d] = step;
    }
    shape[n] = rows, shape[n + 1] = columns;
    strides[n] = x.row_step, strides[n + 1] = x.column_step;
    along[n] = row_step, along[n + 1] = column_step;
    const operand_layout there = {x.data, strides}, here = {dense.memory->data, along};
    const operand_layout layouts[] = {in ? here : there, in ? there : here};
    iteration_space space;
    canonicalise(space, std::span<const std::int64_t>(shape, n + 2), layouts);
    if (space.size > 0) cuda_backend()->copy(space, static_cast<int>(dense.item), nullptr, stream_);
  }
  void read(const matrix_stack& x, const dense_stack& to) const {
    move(x, true, to, to.item, to.rows * to.item, x.rows, x.columns);
  }
  dense_stack column_major(const matrix_stack& x) const {
    dense_stack made = make(x.rows, x.columns, item_);
    read(x, made);
    return made;
  }
  /// The transposed matrices, column-major.
  dense_stack row_major(const matrix_stack& x) const {
    dense_stack made = make(x.columns, x.rows, item_);
    move(x, true, made, x.columns * item_, item_, x.rows, x.columns);
    return made;
  }
  void write(int operand, const dense_stack& from) const {
    const matrix_stack& x = c.operands[operand];
    if (x.data) move(x, false, from, from.item, from.rows * from.item, x.rows, x.columns);
  }
  void write_transposed(int operand, const dense_stack& from) const {
    const matrix_stack& x = c.operands[operand];
    if (x.data) move(x, false, from, from.rows * from.item, from.item, x.rows, x.columns);
  }
  void fill(void* data, std::int64_t n, std::int64_t step, std::int64_t outer, std::int64_t outer_step,
            const void* value, std::int64_t item) const {
    const std::int64_t shape[] = {outer, n}, strides[] = {outer_step, step};
    const std::int64_t still[] = {0, 0};
    const operand_layout layouts[] = {{data, strides}, {nullptr, still}};
    iteration_space space;
    canonicalise(space, std::span<const std::int64_t>(shape), layouts);
    cuda_backend()->copy(space, static_cast<int>(item), value, stream_);
  }
  void clear(const dense_stack& x, bool below) const {
    kernels::clear_triangle(static_cast<int>(x.item), below, x.rows, x.columns, count_, x.memory->data,
                            enter(stream_));
  }

  solver_call call_of(solver_routine routine, const dense_stack& a, std::int64_t i) const {
    solver_call call{routine, c.type};
    call.m = a.rows, call.n = a.columns;
    call.a = a.at(i);
    call.lda = std::max<std::int64_t>(1, a.rows);
    call.triangle = c.upper ? 'U' : 'L';
    return call;
  }
  /// The call for all matrices of the stack, where there is one and it serves.
  std::optional<solver_call> batched(solver_routine routine, const dense_stack& a) {
    if (count_ == 1 || count_ > std::numeric_limits<int>::max() || a.rows > most_batched_rows ||
        !has_solver(routine))
      return {};
    solver_call call = call_of(routine, a, 0);
    call.count = count_;
    call.a = addresses(a);
    start();
    return call;
  }
  void* addresses(const dense_stack& x) {
    const dense_stack list = make(1, 1, sizeof(void*));
    lists_.push_back(list.memory);
    kernels::list_addresses(x.memory->data, x.step, count_, static_cast<void**>(list.memory->data),
                            enter(stream_));
    return list.memory->data;
  }
  /// Routines of one kind follow each other: they share their scratch memory.
  void start() { workspace_bytes_ = -1; }
  void run_routine(const solver_call& call, std::int32_t* info) {
    const int device = stream_.device.index;
    void* const stream = enter(stream_);
    if (workspace_bytes_ < 0) {
      workspace_bytes_ = solver_workspace(call, device);
      workspace_ = temporary(std::max<std::int64_t>(1, workspace_bytes_), stream_);
    }
    run_solver(call, workspace_->data, workspace_bytes_, info, device, stream);
  }
  std::int32_t* info(std::int64_t i) const { return static_cast<std::int32_t*>(infos_.at(i)); }

  dense_stack factor(const dense_stack& a) {
    dense_stack pivots = make(a.rows, 1, sizeof(std::int32_t));
    if (std::optional<solver_call> all = batched(solver_routine::getrf_batched, a)) {
      all->pivots = static_cast<std::int32_t*>(pivots.memory->data);
      run_routine(*all, info(0));
      return pivots;
    }
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::getrf, a, i);
      call.pivots = static_cast<std::int32_t*>(pivots.at(i));
      run_routine(call, info(i));
    }
    return pivots;
  }

  void solve() {
    const std::int64_t n = c.operands[0].rows;
    const dense_stack a = column_major(c.operands[0]);
    const bool inverts = c.op == lapack_op::inverse;
    dense_stack b;
    if (inverts) {
      b = make(n, n, item_);
      cuda_runtime::memset_async(b.memory->data, 0, static_cast<std::size_t>(count_ * b.step),
                                 enter(stream_));
      const scalar_bytes one(c.type, 1);
      fill(b.memory->data, n, (n + 1) * item_, count_, b.step, one.bytes, item_);
    } else {
      b = column_major(c.operands[1]);
    }
    const dense_stack pivots = factor(a);
    if (b.columns > 0) substitute(a, pivots, b);
    write(inverts ? 1 : 2, b);
  }

  void substitute(const dense_stack& a, const dense_stack& pivots, const dense_stack& b) {
    if (std::optional<solver_call> all = batched(solver_routine::getrs_batched, a)) {
      all->k = b.columns;
      all->b = addresses(b);
      all->ldb = b.rows;
      all->pivots = static_cast<std::int32_t*>(pivots.memory->data);
      return run_routine(*all, nullptr);
    }
    const dense_stack ignored = make(1, 1, sizeof(std::int32_t));
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::getrs, a, i);
      call.k = b.columns;
      call.b = b.at(i);
      call.ldb = b.rows;
      call.pivots = static_cast<std::int32_t*>(pivots.at(i));
      run_routine(call, static_cast<std::int32_t*>(ignored.at(i)));
    }
  }

  void determinant() {
    const std::int64_t n = c.operands[0].rows;
    const dense_stack a = column_major(c.operands[0]), pivots = factor(a);
    const dense_stack sign = make(1, 1, item_), log = make(1, 1, real_item_);
    kernels::determinant_of_factors(static_cast<int>(c.type), n, count_, a.memory->data,
                                    static_cast<const int*>(pivots.memory->data), sign.memory->data,
                                    log.memory->data, enter(stream_));
    write(1, sign);
    write(2, log);
  }

  void cholesky() {
    const dense_stack a = column_major(c.operands[0]);
    if (const std::optional<solver_call> all = batched(solver_routine::potrf_batched, a)) {
      run_routine(*all, info(0));
    } else {
      start();
      for (std::int64_t i = 0; i < count_; ++i) run_routine(call_of(solver_routine::potrf, a, i), info(i));
    }
    clear(a, c.upper);
    write(1, a);
  }

  // q, r, h, tau
  void qr() {
    const matrix_stack& x = c.operands[0];
    const std::int64_t m = x.rows, k = std::min(m, x.columns);
    const std::int64_t q_columns = c.operands[1].data ? c.operands[1].columns : 0;
    const dense_stack a = make(m, std::max(x.columns, q_columns), item_), tau = make(1, k, item_);
    read(x, a);
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::geqrf, a, i);
      call.n = x.columns;
      call.b = tau.at(i);
      run_routine(call, info(i));
    }
    write(3, a);
    write(4, tau);
    if (c.operands[2].data) {
      const std::int64_t height = c.operands[2].rows;
      const dense_stack r = make(height, x.columns, item_);
      matrix_stack top = dense_operand(a);
      top.rows = height, top.columns = x.columns;
      read(top, r);
      clear(r, true);
      write(2, r);
    }
    if (!c.operands[1].data) return;
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::orgqr, a, i);
      call.n = q_columns;
      call.k = k;
      call.b = tau.at(i);
      run_routine(call, info(i));
    }
    write(1, a);
  }
  matrix_stack dense_operand(const dense_stack& x) const {
    matrix_stack made;
    made.data = x.memory->data;
    made.rows = x.rows, made.columns = x.columns;
    made.row_step = x.item, made.column_step = x.rows * x.item;
    std::int64_t step = x.step;
    for (int d = c.ndim - 1; d >= 0; step *= c.shape[d--]) made.strides[d] = step;
    return made;
  }

  // gesvd wants rows >= columns: the transposed matrix has the same singular values and the transposed
  // vectors, exchanged.
  void svd() {
    const matrix_stack& x = c.operands[0];
    const bool wide = x.rows < x.columns, vectors = c.operands[1].data != nullptr;
    const bool full = vectors && c.operands[1].columns == x.rows && c.operands[3].rows == x.columns;
    const dense_stack a = wide ? row_major(x) : column_major(x);
    const std::int64_t m = a.rows, n = a.columns;
    const dense_stack s = make(1, n, real_item_),
                      u = make(vectors ? m : 1,
                               !vectors ? 1
                               : full   ? m
                                        : n,
                               item_),
                      v = make(vectors ? n : 1, vectors ? n : 1, item_);
    // Of NaN the routine may make anything; NumPy's LAPACK refuses it.
    refused_ = make(1, 1, sizeof(std::int32_t));
    cuda_runtime::memset_async(refused_.memory->data, 0, static_cast<std::size_t>(count_ * refused_.step),
                               enter(stream_));
    kernels::flag_nan(static_cast<int>(c.type), m * n, count_, a.memory->data,
                      static_cast<int*>(refused_.memory->data), enter(stream_));
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::gesvd, a, i);
      call.job = !vectors ? 'N' : full ? 'A' : 'S';
      call.b = u.at(i), call.ldb = u.rows;
      call.c = v.at(i), call.ldc = v.rows;
      call.values = s.at(i);
      run_routine(call, info(i));
    }
    write(2, s);
    if (wide) {
      write_transposed(1, v);
      write_transposed(3, u);
    } else {
      write(1, u);
      write(3, v);
    }
  }

  void eigh() {
    const dense_stack a = column_major(c.operands[0]), w = make(1, a.rows, real_item_);
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::syevd, a, i);
      call.job = c.operands[2].data ? 'V' : 'N';
      call.values = w.at(i);
      run_routine(call, info(i));
    }
    write(1, w);
    write(2, a);
  }

  void eig() {
    const dense_stack a = column_major(c.operands[0]);
    const std::int64_t n = a.rows;
    const bool vectors = c.operands[2].data != nullptr, real = !is_complex(c.type);
    const dense_stack w = make(1, n, 2 * real_item_), v = make(vectors ? n : 1, vectors ? n : 1, item_);
    start();
    for (std::int64_t i = 0; i < count_; ++i) {
      solver_call call = call_of(solver_routine::geev, a, i);
      call.job = vectors ? 'V' : 'N';
      call.b = v.at(i), call.ldb = v.rows;
      call.values = w.at(i);
      run_routine(call, info(i));
    }
    write(1, w);
    if (!vectors) return;
    if (!real) return write(2, v);
    const dense_stack paired = make(n, n, 2 * real_item_);
    for (std::int64_t i = 0; i < count_; ++i)
      kernels::pair_eigenvectors(static_cast<int>(c.type), n, w.at(i), v.at(i), paired.at(i), enter(stream_));
    write(2, paired);
  }

  /// Waits. NaN for the results of matrices that had none.
  std::int64_t mark_failures() const {
    std::vector<std::int32_t> infos(static_cast<std::size_t>(count_));
    cuda_backend()->copy_to_host(infos.data(), infos_.memory->data, infos.size() * sizeof(std::int32_t),
                                 stream_);
    std::vector<std::int32_t> refused(infos.size(), 0);
    if (refused_.memory)
      cuda_backend()->copy_to_host(refused.data(), refused_.memory->data,
                                   refused.size() * sizeof(std::int32_t), stream_);
    std::int64_t failures = 0;
    for (std::size_t i = 0; i < infos.size(); ++i) {
      if (infos[i] == 0 && refused[i] == 0) continue;
      ++failures;
      for (int k = c.op == lapack_op::solve ? 2 : 1; k < lapack_call::most_operands; ++k)
        if (c.operands[k].data) fill_with_nan(k, static_cast<std::int64_t>(i));
    }
    return failures;
  }
  void fill_with_nan(int operand, std::int64_t index) const {
    const matrix_stack& x = c.operands[operand];
    char* data = static_cast<char*>(x.data);
    for (int d = c.ndim - 1; d >= 0; --d) {
      data += index % c.shape[d] * x.strides[d];
      index /= c.shape[d];
    }
    const bool is_real =
        (c.op == lapack_op::svd && operand == 2) || (c.op == lapack_op::eigh && operand == 1);
    const bool is_single = real_item_ == 4,
               complex = c.op == lapack_op::eig || (is_complex(c.type) && !is_real);
    const dtype type = complex ? (is_single ? dtype::complex64 : dtype::complex128)
                               : (is_single ? dtype::float32 : dtype::float64);
    const scalar_bytes nan(type, std::numeric_limits<double>::quiet_NaN());
    fill(data, x.columns, x.column_step, x.rows, x.row_step, nan.bytes, itemsize(type));
  }

  /// A real number as an element.
  struct scalar_bytes {
    scalar_bytes(dtype type, double value) {
      const auto single = static_cast<float>(value);
      if (type == dtype::float32 || type == dtype::complex64)
        std::memcpy(bytes, &single, sizeof single);
      else
        std::memcpy(bytes, &value, sizeof value);
    }
    alignas(16) unsigned char bytes[16] = {};
  };
};

}  // namespace

bool cuda_device::decomposes(lapack_op op, dtype type, std::int64_t rows, std::int64_t columns,
                             std::int64_t count) {
  const std::int64_t least = std::min(rows, columns), most = std::max(rows, columns);
  if (least == 0 || count == 0 || most > std::numeric_limits<int>::max()) return false;
  const bool is_small = most <= kernels::largest_small_matrix();
  if (is_small && has_small_kernel(op)) return kernels::has_decompositions(static_cast<int>(type));
  return (!is_small || count <= most_small_calls) && has_routines(op);
}

std::int64_t cuda_device::decompose(const lapack_call& call, stream_view s) {
  if (has_kernel(call)) return decompose_small(call, s);
  return large_call(call, s).run();
}

}  // namespace numloom::cuda_host
