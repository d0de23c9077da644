// SPDX-License-Identifier: BSD-3-Clause
#include "ops/compose.hpp"

namespace numloom::detail {

ndarray hand_over(ndarray result, const std::optional<ndarray>& out, std::string_view operation,
                  casting rule) {
  if (!out) return scalar_if_0d(std::move(result));
  if (out->shape() != result.shape())
    fail<value_error>("[", operation, "] expected out of shape ", to_string(result.shape()), ", got ",
                      to_string(out->shape()));
  copyto(*out, result, rule);
  return *out;
}

ndarray part_of_complex(const ndarray& a, bool imaginary) {
  const dtype type = real_part_of(a.dtype());
  ndarray seen(a.bytes(), a.offset() + (imaginary ? itemsize(type) : 0), type, a.shape(), a.strides());
  seen.set_writeable(a.writeable());
  seen.set_scalar(a.is_scalar());
  return seen;
}

std::optional<narrow_range> find_narrow_range(const ndarray& a, std::int64_t limit) {
  if (a.dtype() == dtype::bool_) return narrow_range{0, 2};
  if (!is_integer(a.dtype()) || a.size() == 0) return {};
  const scalar low = min(a).item(), high = max(a).item();
  if (low.type != scalar::kind::integer || high.type != scalar::kind::integer) return {};
  const auto distance = static_cast<std::uint64_t>(high.i) - static_cast<std::uint64_t>(low.i);
  if (distance >= static_cast<std::uint64_t>(limit)) return {};
  return narrow_range{low.i, static_cast<std::int64_t>(distance) + 1};
}

ndarray offsets_from(const ndarray& a, std::int64_t low) {
  const ndarray flat = ravel(a);
  if (low == 0) return ascontiguousarray(as_type(flat, dtype::int64));
  return subtract(flat, low, {.dtype = dtype::int64, .casting = casting::unsafe, .order = order::C});
}

ndarray count_values(const ndarray& values, std::int64_t bins, const ndarray* weights) {
  const dtype type = weights ? dtype::float64 : dtype::int64;
  const ndarray counts = empty({bins}, type, values.device());
  if (bins == 0) return counts;
  ndarray given;
  if (weights) given = ascontiguousarray(beside(as_type(*weights, dtype::float64), values));
  backend_for(values).bincount(counts.data(access::write), type, bins,
                               static_cast<const std::int64_t*>(values.data(access::read)),
                               weights ? static_cast<const double*>(given.data(access::read)) : nullptr,
                               values.size(), stream_for(values));
  return counts;
}

ndarray count_integers(const ndarray& a, const narrow_range& range) {
  // On the CPU by pieces: their offsets stay in the cache, and take no eight bytes for each element.
  constexpr std::int64_t piece = 1 << 20;
  const ndarray flat = ravel(a);
  const std::int64_t n = flat.size(), step = a.device().is_cpu() ? std::max(piece, 16 * range.bins) : n;
  const auto count = [&](std::int64_t start) {
    return count_values(offsets_from(part(flat, start, std::min(n, start + step)), range.low), range.bins);
  };
  const ndarray total = count(0);
  for (std::int64_t start = step; start < n; start += step) add(total, count(start), {.out = total});
  return total;
}

}  // namespace numloom::detail
