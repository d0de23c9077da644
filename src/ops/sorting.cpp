// SPDX-License-Identifier: BSD-3-Clause
// Order along an axis. Backends sort rows of contiguous elements; here the axis is brought last and back.
#include "numloom/sorting.hpp"

#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "ops/common.hpp"

namespace numloom {

using namespace detail;

namespace {

// The array with the axis last, C-contiguous; may be the array's own memory.
ndarray as_rows(const ndarray& a, int axis) {
  return ascontiguousarray(axis == a.ndim() - 1 ? a : move_axis(a, axis, a.ndim() - 1));
}

void sort_rows(const ndarray& rows, bool descending) {
  const std::int64_t n = rows.shape()[rows.ndim() - 1];
  if (n > 1 && rows.size() > 0)
    backend_for(rows).sort(rows.data(access::write), rows.dtype(), rows.size() / n, n, descending,
                           stream_for(rows));
}

}  // namespace

void sort_in_place(const ndarray& a, int axis, bool descending) {
  const int d = normalize_axis(axis, a.ndim(), "sort"), last = a.ndim() - 1;
  const ndarray seen = d == last ? a : move_axis(a, d, last);
  a.data(access::write);
  if (seen.is_c_contiguous()) return sort_rows(seen, descending);
  const ndarray rows = copy(seen, order::C);
  sort_rows(rows, descending);
  copy_into(seen, rows);
}

ndarray sort(const ndarray& a, std::optional<int> axis, bool descending) {
  if (!axis) {
    const ndarray flat = flatten(a);
    sort_rows(flat, descending);
    return flat;
  }
  const int d = normalize_axis(*axis, a.ndim(), "sort");
  const ndarray made = copy(a, order::K);
  sort_in_place(made, d, descending);
  return made;
}

ndarray sort_complex(const ndarray& a) {
  ndarray ordered = sort(a);
  if (is_complex(a.dtype())) return ordered;
  const bool is_narrow = is_integer(a.dtype()) && itemsize(a.dtype()) <= 2;
  return astype(ordered, is_narrow ? dtype::complex64 : dtype::complex128);
}

ndarray argsort(const ndarray& a, std::optional<int> axis, bool descending) {
  if (!axis || a.ndim() == 0) {
    if (axis && *axis != -1 && *axis != 0) normalize_axis(*axis, a.ndim(), "argsort");
    return argsort(ravel(a), 0, descending);
  }
  const int d = normalize_axis(*axis, a.ndim(), "argsort"), last = a.ndim() - 1;
  const ndarray rows = as_rows(a, d);
  const ndarray positions = empty(rows.shape(), dtype::int64, a.device());
  const std::int64_t n = a.shape()[d];
  if (rows.size() > 0)
    backend_for(a).argsort(static_cast<std::int64_t*>(positions.data(access::write)), rows.data(access::read),
                           a.dtype(), rows.size() / n, n, descending, stream_for(a));
  return d == last ? positions : copy(move_axis(positions, last, d), order::C);
}

ndarray searchsorted(const ndarray& sorted, const array_like& given, bool right, const ndarray* sorter) {
  const ndarray values = as_array(given, sorted.device());
  if (sorted.ndim() != 1) fail<value_error>("[searchsorted] object too deep for desired array");
  ndarray ordered = sorted;
  if (sorter) {
    if (!is_integer(sorter->dtype())) fail<type_error>("[searchsorted] sorter must only contain integers");
    if (sorter->size() != sorted.size()) fail<value_error>("[searchsorted] sorter.size must equal a.size");
    ordered = take(sorted, *sorter, 0);
  }
  const dtype type = promote_types(sorted.dtype(), values.dtype());
  const device d = sorted.device();
  ordered = ascontiguousarray(astype(ordered, type, order::C, casting::unsafe, false));
  const ndarray wanted =
      ascontiguousarray(to_device(astype(values, type, order::C, casting::unsafe, false), d));
  const ndarray made = empty(values.shape(), dtype::int64, d);
  if (made.size() > 0)
    backend_of(d).searchsorted(static_cast<std::int64_t*>(made.data(access::write)),
                               ordered.data(access::read), ordered.size(), wanted.data(access::read),
                               wanted.size(), type, right, current_stream(d));
  return scalar_if_0d(made);
}

}  // namespace numloom
