// SPDX-License-Identifier: BSD-3-Clause
// What a structure's fields are, for a kernel's caller to compare with its own.
#pragma once

namespace numloom {

/// 1: an integer or bool, 2: a floating-point number, 0: anything else; of an array, what its elements are.
template <class T> inline constexpr unsigned long field_kind = 0;
template <class T, unsigned long N> inline constexpr unsigned long field_kind<T[N]> = field_kind<T>;
template <> inline constexpr unsigned long field_kind<bool> = 1;
template <> inline constexpr unsigned long field_kind<char> = 1;
template <> inline constexpr unsigned long field_kind<signed char> = 1;
template <> inline constexpr unsigned long field_kind<unsigned char> = 1;
template <> inline constexpr unsigned long field_kind<short> = 1;
template <> inline constexpr unsigned long field_kind<unsigned short> = 1;
template <> inline constexpr unsigned long field_kind<int> = 1;
template <> inline constexpr unsigned long field_kind<unsigned> = 1;
template <> inline constexpr unsigned long field_kind<long> = 1;
template <> inline constexpr unsigned long field_kind<unsigned long> = 1;
template <> inline constexpr unsigned long field_kind<long long> = 1;
template <> inline constexpr unsigned long field_kind<unsigned long long> = 1;
template <> inline constexpr unsigned long field_kind<float> = 2;
template <> inline constexpr unsigned long field_kind<double> = 2;

}  // namespace numloom
