// SPDX-License-Identifier: BSD-3-Clause
/// matmul. Floats and complex numbers go to BLAS; integers, and floats where there is no BLAS, to our own
/// tiles (isa/matmul.cpp) over packed blocks that stay in cache; very small ones to a plain loop, because
/// neither packing nor a call would pay. float16 is computed in float32. Products of bools are unions of rows
/// of bits.
#include <algorithm>
#include <complex>
#include <cstring>
#include <vector>

#include "cpu/backend.hpp"
#include "cpu/blas.hpp"
#include "cpu/dense.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {
namespace {

/// A matrix in memory, strides in elements.
template <class T> struct matrix {
  T* data;
  std::int64_t rows, columns, row, column;
  T& operator()(std::int64_t i, std::int64_t j) const { return data[i * row + j * column]; }
  matrix transposed() const { return {data, columns, rows, column, row}; }
};

/// The three matrices of one product.
template <class T> struct product_of {
  matrix<const T> a, b;
  matrix<T> c;
  std::int64_t operations() const { return c.rows * c.columns * a.columns; }
  /// The same product as (B^T A^T)^T.
  product_of transposed() const { return {b.transposed(), a.transposed(), c.transposed()}; }
};

template <class T> product_of<T> product_at(const matmul_call& call, std::int64_t i) {
  return {{static_cast<const T*>(call.a) + i * call.a_batch, call.m, call.k, call.a_row, call.a_col},
          {static_cast<const T*>(call.b) + i * call.b_batch, call.k, call.n, call.b_row, call.b_col},
          {static_cast<T*>(call.c) + i * call.c_batch, call.m, call.n, call.c_row, call.c_col}};
}

constexpr std::int64_t parallel_product = 64 * 64 * 64;  // from here on one product is worth several threads

// ---- plain loops, for complex numbers without BLAS ----

/// Real and imaginary parts are summed apart, without the recovery of infinities that std::complex has to
/// make.
template <class T>
void plain_rows(const product_of<std::complex<T>>& p, std::int64_t begin, std::int64_t end) {
  constexpr std::int64_t width = 32;
  const std::int64_t k = p.a.columns, n = p.c.columns;
  for (std::int64_t i = begin; i < end; ++i) {
    for (std::int64_t j0 = 0; j0 < n; j0 += width) {
      const std::int64_t count = std::min(width, n - j0);
      T real[width] = {}, imaginary[width] = {};
      for (std::int64_t q = 0; q < k; ++q) {
        const std::complex<T> a = p.a(i, q);
        for (std::int64_t j = 0; j < count; ++j) {
          const std::complex<T> b = p.b(q, j0 + j);
          real[j] += a.real() * b.real() - a.imag() * b.imag();
          imaginary[j] += a.real() * b.imag() + a.imag() * b.real();
        }
      }
      for (std::int64_t j = 0; j < count; ++j) p.c(i, j0 + j) = {real[j], imaginary[j]};
    }
  }
}

template <class T> void plain(const product_of<T>& p) {
  const std::int64_t row = std::max<std::int64_t>(1, p.operations() / p.c.rows);
  parallel_for(p.c.rows, std::max<std::int64_t>(1, (1 << 15) / row),
               [&](std::int64_t begin, std::int64_t end) { plain_rows(p, begin, end); });
}

// ---- own tiles ----

template <class T> constexpr int kernel_of = -1;
template <> constexpr int kernel_of<std::uint8_t> = 0;
template <> constexpr int kernel_of<std::uint16_t> = 1;
template <> constexpr int kernel_of<std::uint32_t> = 2;
template <> constexpr int kernel_of<std::uint64_t> = 3;
template <> constexpr int kernel_of<float> = 4;
template <> constexpr int kernel_of<double> = 5;

constexpr std::int64_t round_up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }

/// Blocks of k and of the columns of B; the panels of a block of B stay in the second-level cache.
constexpr std::int64_t depth = 256, breadth = 768;

template <class T> struct tiled_product {
  const product_of<T>& p;
  const matmul_kernels& kernel;

  static char* address(const T* at) { return const_cast<char*>(reinterpret_cast<const char*>(at)); }
  static constexpr std::int64_t item = sizeof(T);

  void run() const {
    const std::int64_t k = p.a.columns, n = p.c.columns, m = p.c.rows;
    const std::int64_t wide = round_up(std::min(n, breadth), kernel.columns), deep = std::min(k, depth);
    const storage_ptr room = allocate(static_cast<std::size_t>(wide * deep * kernel.item), cpu);
    char* const packed = static_cast<char*>(room->data);
    const std::int64_t panels = (m + kernel.rows - 1) / kernel.rows;
    for (std::int64_t j = 0; j < n; j += breadth) {
      const std::int64_t columns = std::min(breadth, n - j);
      for (std::int64_t q = 0; q < k; q += depth) {
        const std::int64_t count = std::min(depth, k - q);
        pack_block(packed, q, count, j, columns);
        const std::int64_t work = kernel.rows * count * columns;
        parallel_for(
            panels, std::max<std::int64_t>(1, (1 << 17) / work), [&](std::int64_t begin, std::int64_t end) {
              rows(packed, begin * kernel.rows, std::min(m, end * kernel.rows), q, count, j, columns);
            });
      }
    }
  }

 private:
  void pack_block(char* packed, std::int64_t q, std::int64_t count, std::int64_t j,
                  std::int64_t columns) const {
    const std::int64_t panels = (columns + kernel.columns - 1) / kernel.columns;
    parallel_for(panels, std::max<std::int64_t>(1, 16384 / (count * kernel.columns)),
                 [&](std::int64_t begin, std::int64_t end) {
                   const std::int64_t first = begin * kernel.columns,
                                      last = std::min(columns, end * kernel.columns);
                   kernel.pack_b(packed + first * count * kernel.item, address(&p.b(q, j + first)),
                                 p.b.row * item, p.b.column * item, count, last - first);
                 });
  }

  /// Rows [begin, end) of one block: A is packed a few panels at a time into the first-level cache.
  void rows(const char* packed, std::int64_t begin, std::int64_t end, std::int64_t q, std::int64_t count,
            std::int64_t j, std::int64_t columns) const {
    constexpr std::int64_t most_bytes = 12 * 8 * depth;
    alignas(64) char panel[most_bytes];
    for (std::int64_t i = begin; i < end; i += kernel.rows) {
      const std::int64_t m = std::min<std::int64_t>(kernel.rows, end - i);
      kernel.pack_a(panel, address(&p.a(i, q)), p.a.row * item, p.a.column * item, m, count);
      for (std::int64_t c = 0; c < columns; c += kernel.columns)
        kernel.tile(panel, packed + c * count * kernel.item, count, address(&p.c(i, j + c)), p.c.row * item,
                    p.c.column * item, m, std::min<std::int64_t>(kernel.columns, columns - c), q > 0);
    }
  }
};

/// A vector of contiguous elements: itself or a copy.
template <class T>
const T* contiguous_vector(const T* from, std::int64_t n, std::int64_t step, std::vector<T>& room) {
  if (step == 1 || n <= 1) return from;
  room.resize(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) room[static_cast<std::size_t>(i)] = from[i * step];
  return room.data();
}

/// One column of C, with the rows of A contiguous: a sum of products for each row.
template <class T> void dot_rows(const product_of<T>& p) {
  std::vector<T> room;
  const std::int64_t k = p.a.columns;
  const T* const x = contiguous_vector(p.b.data, k, p.b.row, room);
  const auto dots = dense().matmul[kernel_of<T>].dots;
  constexpr auto item = static_cast<std::int64_t>(sizeof(T));
  parallel_for(p.c.rows, std::max<std::int64_t>(1, (1 << 15) / k), [&](std::int64_t begin, std::int64_t end) {
    dots(reinterpret_cast<const char*>(&p.a(begin, 0)), p.a.row * item, reinterpret_cast<const char*>(x),
         end - begin, k, reinterpret_cast<char*>(&p.c(begin, 0)), p.c.row * item);
  });
}

/// One row of C, with the rows of B contiguous: a combination of them. The columns are split over the
/// threads.
template <class T> void combine_rows(const product_of<T>& p) {
  std::vector<T> room, result;
  const std::int64_t k = p.a.columns, n = p.c.columns;
  const T* const x = contiguous_vector(p.a.data, k, p.a.column, room);
  T* to = p.c.data;
  if (p.c.column != 1 && n > 1) result.resize(static_cast<std::size_t>(n)), to = result.data();
  const auto combine = dense().matmul[kernel_of<T>].combine;
  parallel_for(n, std::max<std::int64_t>(64, (1 << 15) / k), [&](std::int64_t begin, std::int64_t end) {
    combine(reinterpret_cast<const char*>(&p.b(0, begin)), p.b.row * static_cast<std::int64_t>(sizeof(T)),
            reinterpret_cast<const char*>(x), k, end - begin, reinterpret_cast<char*>(to + begin));
  });
  for (std::size_t j = 0; j < result.size(); ++j) p.c(0, static_cast<std::int64_t>(j)) = result[j];
}

/// A product with a vector, where our kernels suit the strides. These are bound by memory: BLAS would be no
/// faster, and its threads would have to meet.
template <class T> bool vector_product(const product_of<T>& p) {
  if constexpr (kernel_of<T> >= 0) {
    if (p.c.columns == 1) {
      if (p.a.column == 1 || p.a.columns == 1) return dot_rows(p), true;
      if (p.a.row == 1 || p.a.rows == 1) return combine_rows(p.transposed()), true;
    } else if (p.c.rows == 1) {
      if (p.b.row == 1 || p.b.rows == 1) return dot_rows(p.transposed()), true;
      if (p.b.column == 1) return combine_rows(p), true;
    }
  }
  return false;
}

/// A product too small for packing or for a call of BLAS.
template <class T> bool small_product(const product_of<T>& p, std::int64_t most) {
  if constexpr (kernel_of<T> >= 0) {
    if (p.operations() > most || p.c.columns > small_columns || p.a.columns > small_depth) return false;
    dense().matmul[kernel_of<T>].small(p.a.data, p.a.row, p.a.column, p.b.data, p.b.row, p.b.column, p.c.data,
                                       p.c.row, p.c.column, p.c.rows, p.c.columns, p.a.columns);
    return true;
  }
  return false;
}

template <class T> void own_product(const product_of<T>& p) {
  if constexpr (kernel_of<T> >= 0) {
    if (small_product(p, 16 * 16 * 16) || vector_product(p)) return;
    const tiled_product<T> tiles{p, dense().matmul[kernel_of<T>]};
    tiles.run();
  } else {
    plain(p);
  }
}

// ---- BLAS ----

/// A matrix as BLAS takes it: row-major here is transposed there.
template <class T> struct blas_matrix {
  const T* data;
  std::int64_t leading;
  bool row_major;
  storage_ptr copy;

  explicit blas_matrix(const matrix<const T>& x) : data(x.data) {
    const auto suits = [](std::int64_t unit, std::int64_t unit_extent, std::int64_t other,
                          std::int64_t other_extent) {
      return (unit == 1 || unit_extent == 1) && (other >= unit_extent || other_extent == 1);
    };
    if (suits(x.column, x.columns, x.row, x.rows)) {
      row_major = true;
      leading = x.rows == 1 ? std::max<std::int64_t>(1, x.columns) : x.row;
    } else if (suits(x.row, x.rows, x.column, x.columns)) {
      row_major = false;
      leading = x.columns == 1 ? std::max<std::int64_t>(1, x.rows) : x.column;
    } else {
      copy = allocate(static_cast<std::size_t>(x.rows * x.columns) * sizeof(T), cpu);
      T* const to = static_cast<T*>(copy->data);
      parallel_for(x.rows, std::max<std::int64_t>(1, 16384 / x.columns),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i)
                       for (std::int64_t j = 0; j < x.columns; ++j) to[i * x.columns + j] = x(i, j);
                   });
      data = to;
      row_major = true;
      leading = x.columns;
    }
  }
};

template <class T>
void blas_vector(const blas_library& library, const product_of<T>& p) {  // C has one column
  const blas_matrix<T> a(p.a);
  std::vector<T> room;
  const T* x = p.b.data;
  std::int64_t step = p.b.row;
  if (step <= 0) {
    x = contiguous_vector(x, p.b.rows, step, room);
    step = 1;
  }
  std::vector<T> result;
  T* y = p.c.data;
  if (p.c.row <= 0 && p.c.rows > 1) result.resize(static_cast<std::size_t>(p.c.rows)), y = result.data();
  const std::int64_t y_step = result.empty() ? std::max<std::int64_t>(1, p.c.row) : 1;
  if (a.row_major)
    library.gemv('T', p.a.columns, p.a.rows, a.data, a.leading, x, step, y, y_step);
  else
    library.gemv('N', p.a.rows, p.a.columns, a.data, a.leading, x, step, y, y_step);
  for (std::size_t i = 0; i < result.size(); ++i) p.c(static_cast<std::int64_t>(i), 0) = result[i];
}

/// A matrix times its own transpose: one half is computed, the other is its mirror image. False where that
/// cannot be.
template <class T>
bool symmetric_product(const blas_library& library, const product_of<T>& p, const blas_matrix<T>& a) {
  const std::int64_t n = p.c.rows;
  if (p.a.data != p.b.data || p.a.row != p.b.column || p.a.column != p.b.row || n != p.c.columns)
    return false;
  // C row by row is C column by column transposed: its lower triangle is the upper one here.
  if (!library.syrk(a.row_major ? 'T' : 'N', n, p.a.columns, a.data, a.leading, p.c.data, p.c.row))
    return false;
  constexpr std::int64_t tile = 32;
  for (std::int64_t rows = 0; rows < n; rows += tile)
    for (std::int64_t columns = 0; columns <= rows; columns += tile)
      for (std::int64_t i = rows; i < std::min(n, rows + tile); ++i)
        for (std::int64_t j = columns; j < std::min(i, columns + tile); ++j) p.c(i, j) = p.c(j, i);
  return true;
}

template <class T> void blas_product(const blas_library& library, const product_of<T>& p) {
  if (small_product(p, 8 * 8 * 8) || vector_product(p)) return;
  if (p.c.columns == 1) return blas_vector(library, p);
  if (p.c.rows == 1) return blas_vector(library, p.transposed());
  if (p.c.column != 1 && p.c.row == 1) return blas_product(library, p.transposed());
  if (p.c.column != 1 || p.c.row < p.c.columns) {
    const storage_ptr room = allocate(static_cast<std::size_t>(p.c.rows * p.c.columns) * sizeof(T), cpu);
    const matrix<T> c{static_cast<T*>(room->data), p.c.rows, p.c.columns, p.c.columns, 1};
    blas_product<T>(library, {p.a, p.b, c});
    for (std::int64_t i = 0; i < c.rows; ++i)
      for (std::int64_t j = 0; j < c.columns; ++j) p.c(i, j) = c(i, j);
    return;
  }
  const blas_matrix<T> a(p.a);
  if constexpr (std::is_floating_point_v<T>)
    if (symmetric_product(library, p, a)) return;
  const blas_matrix<T> b(p.b);
  // Row-major C is the column-major product of the transposed matrices in exchanged order.
  library.gemm(b.row_major ? 'N' : 'T', a.row_major ? 'N' : 'T', p.c.columns, p.c.rows, p.a.columns, b.data,
               b.leading, a.data, a.leading, p.c.data, p.c.row);
}

// ---- batches ----

template <class T, class F> void for_batch(const matmul_call& call, F one) {
  const std::int64_t work = call.m * call.n * call.k;
  if (call.batch > 1 && (work < parallel_product || call.batch >= 4 * num_threads())) {
    parallel_for(call.batch, std::max<std::int64_t>(1, (1 << 14) / work),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) one(product_at<T>(call, i));
                 });
  } else {
    for (std::int64_t i = 0; i < call.batch; ++i) one(product_at<T>(call, i));
  }
}

template <class T> void inexact_matmul(const matmul_call& call) {
  const std::int64_t work = call.m * call.n * call.k;
  const blas_library* const library = blas_library::get();
  const std::int64_t greatest = std::max(
      {call.m, call.n, call.k, call.a_row, call.a_col, call.b_row, call.b_col, call.c_row, call.c_col});
  if (library == nullptr || !library->fits(greatest))
    return for_batch<T>(call, [](const product_of<T>& p) { own_product(p); });
  const bool spread = call.batch >= 2 * num_threads() && work < (1 << 22);
  const blas_library::thread_limit limit(*library, spread ? 1 : num_threads());
  if (spread)
    parallel_for(call.batch, std::max<std::int64_t>(1, (1 << 16) / work),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) blas_product(*library, product_at<T>(call, i));
                 });
  else
    for (std::int64_t i = 0; i < call.batch; ++i) blas_product(*library, product_at<T>(call, i));
}

// ---- float16 and bool ----

template <class To, class From> void convert(matrix<To> to, matrix<const From> from) {
  parallel_for(to.rows, std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, to.columns)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i)
                   for (std::int64_t j = 0; j < to.columns; ++j)
                     to(i, j) = To(static_cast<float>(from(i, j)));
               });
}

void half_matmul(const matmul_call& call) {
  const std::int64_t a_size = call.m * call.k, b_size = call.k * call.n, c_size = call.m * call.n;
  const storage_ptr room = allocate(static_cast<std::size_t>(a_size + b_size + c_size) * sizeof(float), cpu);
  float* const a = static_cast<float*>(room->data);
  float *const b = a + a_size, *const c = b + b_size;
  matmul_call single = call;
  single = {dtype::float32, call.m, call.n, call.k, 1, a, b, c, call.k, 1, call.n, 1, call.n, 1, 0, 0, 0};
  for (std::int64_t i = 0; i < call.batch; ++i) {
    const product_of<float16> p = product_at<float16>(call, i);
    if (i == 0 || call.a_batch != 0) convert<float, float16>({a, call.m, call.k, call.k, 1}, p.a);
    if (i == 0 || call.b_batch != 0) convert<float, float16>({b, call.k, call.n, call.n, 1}, p.b);
    inexact_matmul<float>(single);
    convert<float16, float>(p.c, {c, call.m, call.n, call.n, 1});
  }
}

using byte = unsigned char;

/// Row i of C is the union of those rows of B whose element in row i of A is true, 64 columns to a word.
void bool_product(const product_of<byte>& p) {
  const std::int64_t words = (p.c.columns + 63) / 64, k = p.a.columns;
  std::vector<std::uint64_t> bits(static_cast<std::size_t>(k * words));
  for (std::int64_t q = 0; q < k; ++q)
    for (std::int64_t j = 0; j < p.c.columns; ++j)
      bits[static_cast<std::size_t>(q * words + j / 64)] |= static_cast<std::uint64_t>(p.b(q, j) != 0)
                                                            << (j % 64);
  parallel_for(p.c.rows, std::max<std::int64_t>(1, (1 << 15) / (k * words + p.c.columns)),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<std::uint64_t> row(static_cast<std::size_t>(words));
                 for (std::int64_t i = begin; i < end; ++i) {
                   std::fill(row.begin(), row.end(), 0);
                   for (std::int64_t q = 0; q < k; ++q)
                     if (p.a(i, q) != 0)
                       for (std::int64_t w = 0; w < words; ++w)
                         row[static_cast<std::size_t>(w)] |= bits[static_cast<std::size_t>(q * words + w)];
                   for (std::int64_t j = 0; j < p.c.columns; ++j)
                     p.c(i, j) = static_cast<byte>(row[static_cast<std::size_t>(j / 64)] >> (j % 64) & 1u);
                 }
               });
}

/// Nothing to sum: zeros.
void fill_zero(const matmul_call& call) {
  const int item = itemsize(call.type);
  for (std::int64_t b = 0; b < call.batch; ++b)
    for (std::int64_t i = 0; i < call.m; ++i)
      for (std::int64_t j = 0; j < call.n; ++j)
        std::memset(static_cast<char*>(call.c) + (b * call.c_batch + i * call.c_row + j * call.c_col) * item,
                    0, static_cast<std::size_t>(item));
}

template <class T> void integer_matmul(const matmul_call& call) {
  for_batch<T>(call, [](const product_of<T>& p) { own_product(p); });
}

}  // namespace

void cpu_device::matmul(const matmul_call& call, stream_view) {
  if (call.m == 0 || call.n == 0 || call.batch == 0) return;
  if (call.k == 0) return fill_zero(call);
  switch (call.type) {
    case dtype::bool_: return for_batch<byte>(call, bool_product);
    case dtype::int8:  // signed and unsigned products have the same bits
    case dtype::uint8: return integer_matmul<std::uint8_t>(call);
    case dtype::int16:
    case dtype::uint16: return integer_matmul<std::uint16_t>(call);
    case dtype::int32:
    case dtype::uint32: return integer_matmul<std::uint32_t>(call);
    case dtype::int64:
    case dtype::uint64: return integer_matmul<std::uint64_t>(call);
    case dtype::float16: return half_matmul(call);
    case dtype::float32: return inexact_matmul<float>(call);
    case dtype::float64: return inexact_matmul<double>(call);
    case dtype::complex64: return inexact_matmul<std::complex<float>>(call);
    case dtype::complex128: return inexact_matmul<std::complex<double>>(call);
  }
}

}  // namespace numloom::cpu_host
