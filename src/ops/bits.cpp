// SPDX-License-Identifier: BSD-3-Clause
// Bits are the last axis, of length 8, while they are shifted to their places.
#include "numloom/bits.hpp"

#include <array>

#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

// How far each of eight bits is shifted.
ndarray shifts(bit_order bits, device d) {
  const std::uint8_t places[] = {7, 6, 5, 4, 3, 2, 1, 0};
  const ndarray big = from_host(places, {8}, dtype::uint8, d);
  return bits == bit_order::big ? big : flip(big);
}

// The eight bits of each byte.
ndarray bits_of_bytes(bit_order bits, device d) {
  static const std::array<std::uint8_t, 2 * 8 * 256> tables = [] {
    std::array<std::uint8_t, 2 * 8 * 256> made{};
    for (std::size_t byte = 0; byte < 256; ++byte)
      for (std::size_t bit = 0; bit < 8; ++bit) {
        const auto value = static_cast<std::uint8_t>(byte >> bit & 1);
        made[8 * byte + bit] = value;                // little
        made[8 * 256 + 8 * byte + 7 - bit] = value;  // big
      }
    return made;
  }();
  return from_host(tables.data() + (bits == bit_order::big ? 8 * 256 : 0), {256, 8}, dtype::uint8, d);
}

// The array with the axis that is worked along at its end; flattened where none is given.
struct lines {
  ndarray array;
  int axis;
};
lines to_lines(const ndarray& a, std::optional<int> axis, std::string_view operation) {
  const ndarray whole = !axis || a.ndim() == 0 ? ravel(a) : a;
  const int d = normalize_axis(axis.value_or(0), whole.ndim(), operation);
  return {move_axis(whole, d, whole.ndim() - 1), d};
}
ndarray from_lines(const ndarray& a, int axis) { return ascontiguousarray(move_axis(a, a.ndim() - 1, axis)); }

// Zeros behind each line, up to a length.
ndarray filled_up(const ndarray& a, std::int64_t length) {
  shape_t rest = a.shape();
  rest[a.ndim() - 1] = length - a.shape(-1);
  return concatenate({a, zeros(rest, {.dtype = a.dtype(), .device = a.device()})}, {.axis = -1});
}

}  // namespace

ndarray packbits(const ndarray& a, std::optional<int> axis, bit_order bits) {
  if (is_inexact(a.dtype()))
    fail<type_error>("[packbits] Expected an input array of integer or boolean data type, got ", a.dtype());
  const lines l = to_lines(a, axis, "packbits");
  ndarray truths = not_equal(l.array, 0);
  const std::int64_t bytes = (truths.shape(-1) + 7) / 8;
  if (truths.shape(-1) % 8 != 0) truths = filled_up(truths, 8 * bytes);
  shape_t shape = truths.shape();
  shape.back() = bytes;
  shape.push_back(8);
  const ndarray placed = left_shift(as_type(reshape(truths, shape), dtype::uint8), shifts(bits, a.device()));
  return from_lines(sum(placed, {.axis = -1, .dtype = dtype::uint8}), l.axis);
}

ndarray unpackbits(const ndarray& a, std::optional<int> axis, std::optional<std::int64_t> count,
                   bit_order bits) {
  if (a.dtype() != dtype::uint8)
    fail<type_error>("[unpackbits] Expected an input array of unsigned byte data type, got ", a.dtype());
  const lines l = to_lines(a, axis, "unpackbits");
  shape_t shape = l.array.shape();
  const std::int64_t total = 8 * shape.back();
  shape.back() = total;
  ndarray single = reshape(take(bits_of_bytes(bits, a.device()), l.array, 0), shape);
  if (count) {
    if (*count < -total)
      fail<value_error>("[unpackbits] -count larger than number of elements (", *count, " vs ", total, ")");
    const std::int64_t wanted = *count < 0 ? *count + total : *count;
    single = wanted > total ? filled_up(single, wanted) : part(single, 0, wanted, single.ndim() - 1);
  }
  return from_lines(single, l.axis);
}

}  // namespace numloom
