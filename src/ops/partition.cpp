// SPDX-License-Identifier: BSD-3-Clause
// Partition and lexsort. A long vector is split around the element wanted; rows are sorted, which satisfies
// the same contract.
#include "ops/compose.hpp"
#include "ops/order_statistics.hpp"

namespace numloom {

using namespace detail;

namespace {

constexpr std::int64_t worth_splitting = 1 << 16;

void check_ranks(const std::vector<std::int64_t>& kth, std::int64_t n) {
  for (std::int64_t k : kth)
    if (k >= n || k < -n) fail<value_error>("kth(=", k < 0 ? k + n : k, ") out of bounds (", n, ")");
}

bool can_split(const ndarray& a, const std::vector<std::int64_t>& kth) {
  return a.ndim() == 1 && kth.size() == 1 && a.size() >= worth_splitting && !is_complex(a.dtype());
}

// The element of that rank; not defined where NaN would have to be told apart.
ndarray pivot_of(const ndarray& a, std::int64_t k) {
  const order_statistics found =
      select_ranks(reshape(ascontiguousarray(a), {1, a.size()}), {k < 0 ? k + a.size() : k});
  if (found.has_nan.defined() && truth(found.has_nan)) return {};
  return reshape(found.values, {1});
}

}  // namespace

ndarray partition(const ndarray& a, const std::vector<std::int64_t>& kth, std::optional<int> axis) {
  if (!axis) return partition(ravel(a), kth, 0);
  const int d = normalize_axis(*axis, a.ndim(), "partition");
  if (a.size() > 0) check_ranks(kth, a.shape()[d]);
  if (can_split(a, kth)) {
    if (const ndarray pivot = pivot_of(a, kth[0]); pivot.defined()) {
      const ndarray low = keep(a, less(a, pivot)), high = keep(a, greater(a, pivot));
      return concatenate({low, broadcast_to(pivot, {a.size() - low.size() - high.size()}), high});
    }
  }
  return sort(a, d);
}

ndarray argpartition(const ndarray& a, const std::vector<std::int64_t>& kth, std::optional<int> axis) {
  if (!axis || a.ndim() == 0) return argpartition(ravel(a), kth, 0);
  const int d = normalize_axis(*axis, a.ndim(), "argpartition");
  if (a.size() > 0) check_ranks(kth, a.shape()[d]);
  if (can_split(a, kth)) {
    if (const ndarray pivot = pivot_of(a, kth[0]); pivot.defined())
      return concatenate(
          {flatnonzero(less(a, pivot)), flatnonzero(equal(a, pivot)), flatnonzero(greater(a, pivot))});
  }
  return argsort(a, d);
}

ndarray lexsort(const std::vector<ndarray>& keys, int axis) {
  if (keys.empty()) fail<type_error>("need sequence of keys with len > 0 in lexsort");
  const ndarray& first = keys[0];
  for (const ndarray& key : keys)
    if (key.shape() != first.shape()) fail<value_error>("all keys need to be the same shape");
  if (first.ndim() == 0) return filled({}, std::int64_t{0}, dtype::int64, first.device());
  const int d = normalize_axis(axis, first.ndim(), "lexsort");
  ndarray order = argsort(first, d);
  for (std::size_t k = 1; k < keys.size(); ++k)
    order = take_along_axis(order, argsort(take_along_axis(keys[k], order, d), d), d);
  return order;
}

}  // namespace numloom
