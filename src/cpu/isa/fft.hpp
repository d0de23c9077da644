// SPDX-License-Identifier: BSD-3-Clause
// Kernels of the Fourier transform, per instruction-set level: plain function pointers, as in tables.hpp.
// Includes nothing and defines no inline function.
//
// As many transforms run side by side as a vector has lanes. They stand in a "block": element j is a vector
// of the real parts of all of them, then one of the imaginary parts. Arrays in memory are interleaved complex
// numbers or real ones, at one address a lane.
#pragma once

namespace numloom::cpu_host {

// One pass of Stockham's form, by decimation in frequency: element (g, b, i) of (groups, radix, span) goes to
// (c, g, i) of (radix, groups, span), times a root of unity that depends on c and i.
struct fft_pass {
  int radix;
  long span, groups;
  const void* twiddles;  // (span, radix - 1) complex numbers; null where span is 1
  const void* roots;     // of a radix without a kernel of its own: `radix` complex numbers, else null
};

struct fft_kernels {
  int lanes;
  // Runs the passes over block a with the help of block b; returns where the result is.
  void* (*run)(const fft_pass* passes, int count, void* a, void* b);

  // Into a block: elements j < count of each lane, `step` bytes apart, then zeros up to n. `swapped`: real
  // and imaginary parts exchanged, which turns a forward transform into an inverse one.
  void (*load)(void* block, const char* const* from, long step, long count, long n, bool swapped);
  // Real numbers into the real (part 0) or imaginary (1) parts.
  void (*load_part)(void* block, int part, const char* const* from, long step, long count, long n);
  // Out of a block, times `scale`; only the first `active` lanes.
  void (*store)(const void* block, char* const* to, long step, long n, int active, double scale,
                bool swapped);
  void (*store_part)(const void* block, int part, char* const* to, long step, long n, int active,
                     double scale);

  // block[j] *= factors[j], the same for all lanes; swapped: the parts are exchanged afterwards;
  // conjugated: the factors' conjugates.
  void (*multiply)(void* block, const void* factors, long n, bool conjugated, bool swapped);
  // block[j] *= w^(j (first + lane)): lane_factors are w^(j lane), and w^e = high[e >> shift] low[e & mask]
  // (of double, real and imaginary), for exponents below `period`.
  void (*twist)(void* block, const void* lane_factors, long n, long first, const double* high,
                const double* low, int shift, long period);
  // The transform of 2 h real numbers, h + 1 elements, from that of h pairs (even, odd). roots: w^k of 2 h.
  void (*from_pairs)(void* to, const void* from, long h, const void* roots);
  // The inverse of it, its result swapped; twice as large.
  void (*to_pairs)(void* to, const void* from, long h, const void* roots);
  // All n elements (an odd number) from the first half: the others are conjugates. The result is swapped.
  void (*mirror)(void* to, const void* from, long n);
};

struct fft_tables {
  fft_kernels kernels[2];  // of float, double
};

}  // namespace numloom::cpu_host
