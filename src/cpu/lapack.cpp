// SPDX-License-Identifier: BSD-3-Clause
// Decompositions by LAPACK: each matrix of a stack is brought into column-major scratch memory, its results
// are written where they belong. Stacks of small matrices are shared out over the threads.
#include "cpu/lapack.hpp"

#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "cpu/level.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

const lapack_table* lapack_table::get() {
  static const lapack_table* const found = []() -> const lapack_table* {
    const blas_library* const library = blas_library::get();
    if (library == nullptr) return nullptr;
    constexpr const char* names[][2] = {{"dgesv", "zgesv"},   {"dgetrf", "zgetrf"}, {"dpotrf", "zpotrf"},
                                        {"dgeqrf", "zgeqrf"}, {"dorgqr", "zungqr"}, {"dgesdd", "zgesdd"},
                                        {"dgeev", "zgeev"},   {"dsyevd", "zheevd"}, {"dgelsd", "zgelsd"}};
    auto* const table = new lapack_table;  // for good
    for (int routine = 0; routine < static_cast<int>(lapack_routine::count); ++routine)
      for (int kind = 0; kind < 2; ++kind) {
        table->function[routine][kind] = library->function(names[routine][kind]);
        if (table->function[routine][kind] == nullptr) return nullptr;
      }
    return table;
  }();
  return found;
}

namespace {

/// Strided elements to strided elements, in squares that stay in the cache.
template <class T>
void move(char* to, std::int64_t to_row, std::int64_t to_column, const char* from, std::int64_t from_row,
          std::int64_t from_column, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t side = 32;
  const auto copy = tables().move[size_index(sizeof(T))].copy;
  for (std::int64_t i = 0; i < rows; i += side)
    for (std::int64_t j = 0; j < columns; j += side)
      copy(to + i * to_row + j * to_column, from + i * from_row + j * from_column, std::min(side, rows - i),
           std::min(side, columns - j), to_row, to_column, from_row, from_column);
}

/// The work on one matrix after another; each thread has one of these.
template <class Int, class T> class worker {
 public:
  worker(const lapack_call& call, const lapack_table& table) : c(call), routines(table) {}

  /// False: no result.
  bool operator()(std::int64_t index) {
    for (int k = 0; k < lapack_call::most_operands; ++k) at[k] = static_cast<char*>(c.operands[k].data);
    for (int d = c.ndim - 1; d >= 0; --d) {
      const std::int64_t i = index % c.shape[d];
      index /= c.shape[d];
      for (int k = 0; k < lapack_call::most_operands; ++k)
        if (at[k]) at[k] += i * c.operands[k].strides[d];
    }
    switch (c.op) {
      case lapack_op::solve: return solve();
      case lapack_op::inverse: return inverse();
      case lapack_op::determinant: return determinant();
      case lapack_op::cholesky: return cholesky();
      case lapack_op::qr: return qr();
      case lapack_op::svd: return svd();
      case lapack_op::eig: return eig();
      case lapack_op::eigh: return eigh();
      case lapack_op::lstsq: return lstsq();
    }
    return false;
  }

 private:
  using complex = std::complex<double>;
  static constexpr bool is_complex = !std::is_same_v<T, double>;

  const lapack_call& c;
  lapack<Int, T> routines;
  char* at[lapack_call::most_operands];
  std::vector<T> room_a, room_b, room_c, room_d;
  std::vector<double> room_s;
  std::vector<Int> pivots;

  std::int64_t rows(int k) const { return c.operands[k].rows; }
  std::int64_t columns(int k) const { return c.operands[k].columns; }
  static Int integer(std::int64_t n) { return static_cast<Int>(n); }
  static Int leading(std::int64_t n) { return static_cast<Int>(std::max<std::int64_t>(1, n)); }
  template <class V> static V* sized(std::vector<V>& room, std::int64_t n) {
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(1, n));
    if (room.size() < wanted) room.resize(wanted);
    return room.data();
  }

  /// Operand k as a column-major matrix whose columns are `ld` apart.
  T* read(int k, std::vector<T>& room, std::int64_t ld = 0) {
    const matrix_stack& x = c.operands[k];
    if (ld < x.rows) ld = x.rows;
    T* const to = sized(room, ld * x.columns);
    const std::int64_t item = sizeof(T);
    move<T>(reinterpret_cast<char*>(to), item, ld * item, at[k], x.row_step, x.column_step, x.rows,
            x.columns);
    return to;
  }
  template <class V> void write(int k, const V* from, std::int64_t ld) {
    const matrix_stack& x = c.operands[k];
    if (!at[k]) return;
    const std::int64_t item = sizeof(V);
    move<V>(at[k], x.row_step, x.column_step, reinterpret_cast<const char*>(from), item, ld * item, x.rows,
            x.columns);
  }
  template <class V> void write_number(int k, V value) {
    if (at[k]) *reinterpret_cast<V*>(at[k]) = value;
  }
  template <class V> void fill(int k, V value) {
    const matrix_stack& x = c.operands[k];
    if (!at[k]) return;
    for (std::int64_t i = 0; i < x.rows; ++i)
      for (std::int64_t j = 0; j < x.columns; ++j)
        *reinterpret_cast<V*>(at[k] + i * x.row_step + j * x.column_step) = value;
  }
  template <class V> bool failed(int k) {
    fill(k, V(std::numeric_limits<double>::quiet_NaN()));
    return false;
  }
  static void set_identity(T* to, std::int64_t n) {
    std::fill_n(to, n * n, T(0));
    for (std::int64_t i = 0; i < n; ++i) to[i * n + i] = T(1);
  }

  bool solve() {
    const std::int64_t n = rows(0), r = columns(1);
    T *const a = read(0, room_a), *const b = read(1, room_b);
    if (n == 0) return true;  // without right sides, too, a is looked at
    if (routines.gesv(integer(n), integer(r), a, leading(n), sized(pivots, n), b, leading(n)) != 0)
      return failed<T>(2);
    write(2, b, n);
    return true;
  }
  bool inverse() {
    const std::int64_t n = rows(0);
    if (n == 0) return true;
    T *const a = read(0, room_a), *const b = sized(room_b, n * n);
    set_identity(b, n);
    if (routines.gesv(integer(n), integer(n), a, leading(n), sized(pivots, n), b, leading(n)) != 0)
      return failed<T>(1);
    write(1, b, n);
    return true;
  }
  bool determinant() {
    const std::int64_t n = rows(0);
    T* const a = read(0, room_a);
    T sign(1);
    double log = 0;
    Int* const p = sized(pivots, n);
    if (n > 0 && routines.getrf(integer(n), integer(n), a, leading(n), p) != 0) {
      sign = T(0);
      log = -std::numeric_limits<double>::infinity();
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        const T x = a[i * n + i];
        const double size = std::abs(x);
        if constexpr (is_complex)
          sign *= x / size;
        else if (x < 0)  // as NumPy: NaN and infinities have a sign here
          sign = -sign;
        if (p[i] != static_cast<Int>(i + 1)) sign = -sign;
        log += std::log(size);
      }
    }
    write_number(1, sign);
    write_number(2, log);
    return true;
  }
  bool cholesky() {
    const std::int64_t n = rows(0);
    if (n == 0) return true;
    T* const a = read(0, room_a);
    if (routines.potrf(c.upper ? 'U' : 'L', integer(n), a, leading(n)) != 0) return failed<T>(1);
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = c.upper ? j + 1 : 0; i < (c.upper ? n : j); ++i) a[j * n + i] = T(0);
    write(1, a, n);
    return true;
  }

  // q, r, h, tau
  bool qr() {
    const std::int64_t m = rows(0), n = columns(0), k = std::min(m, n);
    const std::int64_t q_columns = at[1] ? columns(1) : 0;
    T* const a = sized(room_a, m * std::max(n, q_columns));
    read(0, room_a);
    T* const tau = sized(room_b, k);
    if (k > 0) routines.geqrf(integer(m), integer(n), a, leading(m), tau);
    write(3, a, m);
    write(4, tau, 1);
    if (at[2]) {
      const std::int64_t height = rows(2);
      T* const r = sized(room_c, height * n);
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < height; ++i) r[j * height + i] = i <= j && i < m ? a[j * m + i] : T(0);
      write(2, r, height);
    }
    if (!at[1]) return true;
    if (k == 0)
      set_identity(sized(room_a, m * m), m);
    else
      routines.orgqr(integer(m), integer(q_columns), integer(k), a, leading(m), tau);
    write(1, room_a.data(), m);
    return true;
  }

  bool svd() {
    const std::int64_t m = rows(0), n = columns(0), k = std::min(m, n);
    const bool vectors = at[1] != nullptr, full = vectors && columns(1) == m && rows(3) == n;
    T* const a = read(0, room_a);
    if (k == 0) {
      if (!vectors) return true;
      T* const one = sized(room_b, std::max(m, n) * std::max(m, n));
      set_identity(one, m);
      write(1, one, m);
      set_identity(one, n);
      write(3, one, n);
      return true;
    }
    double* const s = sized(room_s, k);
    const std::int64_t u_columns = full ? m : k, v_rows = full ? n : k;
    T* const u = sized(room_b, vectors ? m * u_columns : 1);
    T* const v = sized(room_c, vectors ? v_rows * n : 1);
    const Int info = routines.gesdd(!vectors ? 'N'
                                    : full   ? 'A'
                                             : 'S',
                                    integer(m), integer(n), a, leading(m), s, u, leading(vectors ? m : 1), v,
                                    leading(vectors ? v_rows : 1));
    if (info != 0) {
      failed<T>(1), failed<T>(3);
      return failed<double>(2);
    }
    write(1, u, m);
    write(2, s, 1);
    write(3, v, v_rows);
    return true;
  }

  bool eig() {
    const std::int64_t n = rows(0);
    if (n == 0) return true;
    T *const a = read(0, room_a), *const w = sized(room_b, 2 * n), *const v = sized(room_c, n * n);
    if (routines.geev(at[2] ? 'V' : 'N', integer(n), a, leading(n), w, v, leading(n)) != 0) {
      failed<complex>(1);
      return failed<complex>(2);
    }
    if constexpr (is_complex) {
      write(1, w, 1);
      write(2, v, n);
    } else {
      std::vector<complex> values(static_cast<std::size_t>(n)),
          vectors(static_cast<std::size_t>(at[2] ? n * n : 0));
      for (std::int64_t j = 0; j < n; ++j) values[static_cast<std::size_t>(j)] = {w[j], w[n + j]};
      for (std::int64_t j = 0; at[2] && j < n; ++j) {
        // A pair of conjugate values shares two columns: the vectors' real and imaginary parts.
        const bool first = w[n + j] > 0, second = w[n + j] < 0;
        for (std::int64_t i = 0; i < n; ++i) {
          const double re = v[(second ? j - 1 : j) * n + i];
          const double im = first ? v[(j + 1) * n + i] : second ? -v[j * n + i] : 0.0;
          vectors[static_cast<std::size_t>(j * n + i)] = {re, im};
        }
      }
      write(1, values.data(), 1);
      write(2, vectors.data(), n);
    }
    return true;
  }

  bool eigh() {
    const std::int64_t n = rows(0);
    if (n == 0) return true;
    T* const a = read(0, room_a);
    double* const w = sized(room_s, n);
    if (routines.heevd(at[2] ? 'V' : 'N', c.upper ? 'U' : 'L', integer(n), a, leading(n), w) != 0) {
      failed<T>(2);
      return failed<double>(1);
    }
    write(1, w, 1);
    write(2, a, n);
    return true;
  }

  // a, b -> x, residuals, rank, s
  bool lstsq() {
    const std::int64_t m = rows(0), n = columns(0), r = columns(1), ld = std::max(m, n);
    T *const a = read(0, room_a), *b = read(1, room_b, ld);
    if (r == 0) std::fill_n(b = sized(room_b, ld), ld, T(0));  // for the rank and the singular values
    double* const s = sized(room_s, std::min(m, n) + r);
    double* const residuals = s + std::min(m, n);
    Int rank = 0;
    if (m == 0 || n == 0) {
      fill(2, T(0));
    } else {
      for (std::int64_t j = 0; j < r; ++j)
        for (std::int64_t i = m; i < ld; ++i) b[j * ld + i] = T(0);
      if (routines.gelsd(integer(m), integer(n), leading(r), a, leading(m), b, leading(ld), s, c.cutoff,
                         &rank) != 0) {
        failed<double>(3), failed<double>(5);
        return failed<T>(2);
      }
      write(2, b, ld);
    }
    for (std::int64_t j = 0; j < r; ++j) {
      residuals[j] = 0;
      for (std::int64_t i = n; i < m; ++i) residuals[j] += std::norm(b[j * ld + i]);
    }
    write(3, residuals, 1);
    write_number(4, static_cast<std::int32_t>(rank));
    write(5, s, 1);
    return true;
  }
};

/// Multiplications for one matrix, roughly.
double work_of(const lapack_call& c) {
  const double m = static_cast<double>(c.operands[0].rows), n = static_cast<double>(c.operands[0].columns);
  const double times = c.op == lapack_op::eig || c.op == lapack_op::svd ? 20 : 2;
  return times * m * n * std::min(m, n);
}

template <class Int, class T> std::int64_t run_lapack(const lapack_call& c, const lapack_table& table) {
  std::int64_t count = 1;
  for (int d = 0; d < c.ndim; ++d) count *= c.shape[d];
  std::atomic<std::int64_t> failures{0};
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    worker<Int, T> one(c, table);
    for (std::int64_t i = begin; i < end; ++i)
      if (!one(i)) failures.fetch_add(1, std::memory_order_relaxed);
  };
  const double work = work_of(c);
  if (count == 1 || work > 1e7) {  // the library's own threads share out one matrix
    range(0, count);
  } else {
    const blas_library::thread_limit limit(*blas_library::get(), 1);
    parallel_for(count, std::max<std::int64_t>(1, static_cast<std::int64_t>(5e4 / (work + 200))), range);
  }
  return failures.load();
}

}  // namespace

}  // namespace numloom::cpu_host

std::int64_t numloom::lapack_on_host(const lapack_call& call) {
  using namespace cpu_host;
  if (has_small_loop(call)) return small_lapack(call);
  const lapack_table* const table = lapack_table::get();
  if (table == nullptr)
    fail<not_available>(
        "[linalg] expected a library with LAPACK, found ", blas_description(),
        "; install NumPy's wheel, the package scipy-openblas32 or libopenblas0, or set NUMLOOM_BLAS to one");
  const bool wide = blas_library::get()->integer_bytes() == 8;
  if (call.type == dtype::complex128) {
    using number = std::complex<double>;
    return wide ? run_lapack<std::int64_t, number>(call, *table)
                : run_lapack<std::int32_t, number>(call, *table);
  }
  return wide ? run_lapack<std::int64_t, double>(call, *table)
              : run_lapack<std::int32_t, double>(call, *table);
}
