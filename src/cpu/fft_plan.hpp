// SPDX-License-Identifier: BSD-3-Clause
/// What a Fourier transform of some length needs: its passes and its roots of unity, made once and kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/isa/fft.hpp"

namespace numloom::cpu_host {

const fft_tables& fft_kernels_in_use() noexcept;
template <class T> const fft_kernels& kernels_for() noexcept {
  return fft_kernels_in_use().kernels[sizeof(T) == 8];
}

/// Lengths whose prime factors have kernels (the general one included); others are convolved with a chirp.
bool is_smooth(std::int64_t n) noexcept;

struct fft_entry {  // of the cache
  std::size_t bytes = 0;
  virtual ~fft_entry() = default;
};

/// Transforms of a smooth length, several side by side in a block.
template <class T> struct block_plan_of : fft_entry {
  explicit block_plan_of(std::int64_t n);
  std::vector<fft_pass> passes;
  std::vector<T> twiddles;
};

/// w^e of n for every e < n: high[e >> shift] low[e & mask], complex numbers of double.
struct split_roots : fft_entry {
  explicit split_roots(std::int64_t n);
  std::vector<double> high, low;
  int shift = 0;
};

/// One transform of a smooth length as a matrix of `rows` x `columns`: its columns are transformed, turned by
/// roots of unity, then its rows (Bailey 1990). Memory is passed over twice, whatever the length.
template <class T> struct line_plan : fft_entry {
  explicit line_plan(std::int64_t n);
  std::int64_t rows = 1, columns = 1;
  std::shared_ptr<const block_plan_of<T>> down, along;
  std::shared_ptr<const split_roots> roots;
  std::vector<T> lane_factors;  // rows x (lanes real parts, lanes imaginary parts)
};

/// The smooth length m >= 2 n - 1 of a convolution with a chirp.
std::int64_t chirp_length(std::int64_t n) noexcept;
/// A transform of any length as a convolution of that length (Bluestein 1970).
template <class T> struct chirp_plan : fft_entry {
  explicit chirp_plan(std::int64_t n);
  std::int64_t m;
  std::vector<T> chirp;     // e^(-i pi j^2 / n)
  std::vector<T> spectrum;  // of its conjugate, over m
};

/// w^k of n, as far as transforms of real numbers need them.
template <class T> struct root_plan : fft_entry {
  explicit root_plan(std::int64_t n);
  std::vector<T> roots;
};

/// From the cache, which keeps the plans used last.
template <class Plan> std::shared_ptr<const Plan> fft_plan(std::int64_t n);

/// Would a matrix suit one transform of this smooth length better than one lane of a block?
bool suits_a_line(std::int64_t n, int lanes) noexcept;

/// One transform, all threads: out[k * out_step] of in[j * in_step] (bytes), n elements of complex T.
/// swapped: the inverse.
template <class T>
void transform_line(std::int64_t n, const char* in, std::int64_t in_step, char* out, std::int64_t out_step,
                    double scale, bool swapped);

}  // namespace numloom::cpu_host
