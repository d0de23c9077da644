// SPDX-License-Identifier: BSD-3-Clause
// What the exponents of floats tell of errors: infinities and NaNs have all ones, zeros and denormals none.
#include "cpu/isa/loops.hpp"

namespace numloom::NL_TARGET {

namespace {

template <class U> unsigned exponents(const char* from, long n) {
  constexpr U exponent = sizeof(U) == 2 ? U(0x7c00) : sizeof(U) == 4 ? U(0x7f800000) : U(0x7ff0000000000000);
  constexpr U lowest = U(exponent & (~exponent + 1));
  const U* values = reinterpret_cast<const U*>(from);
  U ones = 0, zeros = 0;  // each sum's top bit
  for (long i = 0; i < n; ++i) {
    const U e = U(values[i] & exponent);
    ones = U(ones | U(e + lowest));
    zeros = U(zeros | U(e - lowest));
  }
  constexpr int top = int(sizeof(U)) * 8 - 1;
  return unsigned(ones >> top) * cpu_host::exponent_of_ones |
         unsigned(zeros >> top) * cpu_host::exponent_of_zeros;
}

}  // namespace

void fill_exponents(cpu_host::level_tables& t) {
  t.exponents[1] = exponents<u16>;
  t.exponents[2] = exponents<u32>;
  t.exponents[3] = exponents<u64>;
}

}  // namespace numloom::NL_TARGET
