// SPDX-License-Identifier: BSD-3-Clause
// The keywords axes, axis and keepdims of products: views with the core dimensions last, and back.
#include <algorithm>

#include "numloom/linalg.hpp"
#include "numloom/manipulation.hpp"

namespace numloom {

namespace {

using axis_list = inline_vector<int, 6>;

struct product_row {
  const char* name;
  const char* signature;
  ndarray (*multiply)(const ndarray&, const ndarray&, const ufunc_options&);
  int cores[3];  // of a, b and the result
  int labels;    // distinct core dimensions
};
constexpr product_row product_rows[] = {
    {"matmul", "(n?,k),(k,m?)->(n?,m?)", matmul, {2, 2, 2}, 3},
    {"vecdot", "(n),(n)->()", vecdot, {1, 1, 0}, 1},
    {"matvec", "(m,n),(n)->(m)", matvec, {2, 1, 1}, 2},
    {"vecmat", "(n),(n,m)->(m)", vecmat, {1, 2, 1}, 2},
};

void require_support(const product_row& f, const gufunc_axes& where) {
  if (where.keepdims && f.cores[2] > 0) {
    const bool is_input = f.cores[0] != f.cores[1];
    fail<type_error>(
        "[", f.name, "] ", f.name, " does not support keepdims: its signature ", f.signature, " requires ",
        is_input ? "input 1" : "output 0", " to have ", f.cores[is_input ? 1 : 2],
        " core dimensions, but keepdims can only be used when all inputs have the same number of "
        "core dimensions and all outputs have no core dimensions.");
  }
  if (where.axis && where.axes) fail<type_error>("[", f.name, "] cannot specify both 'axis' and 'axes'");
  if (where.axis && f.labels > 1)
    fail<type_error>("[", f.name, "] ", f.name,
                     ": axis can only be used with a single shared core dimension, not with the ", f.labels,
                     " distinct ones implied by signature ", f.signature, ".");
}

// How many core dimensions the operands and the result have: matmul takes vectors too.
void count_cores(gufunc f, const product_row& row, const ndarray* const (&inputs)[2], bool keepdims,
                 int (&cores)[3]) {
  std::copy(row.cores, row.cores + 3, cores);
  if (keepdims) cores[2] = 1;
  for (int i = 0; i < 2; ++i) {
    const int ndim = inputs[i]->ndim();
    if (f == gufunc::matmul && ndim == 1) --cores[i], --cores[2];
    if (ndim < cores[i])
      fail<value_error>("[", row.name, "] ", row.name, ": Input operand ", i,
                        " does not have enough dimensions (has ", ndim, ", gufunc core with signature ",
                        row.signature, " requires ", f == gufunc::matmul ? 1 : cores[i], ")");
  }
}

axis_list last_axes(int ndim, int cores) {
  axis_list axes;
  for (int k = 0; k < cores; ++k) axes.push_back(ndim - cores + k);
  return axes;
}

// In [0, ndim), as many as core dimensions, each once.
axis_list checked_axes(const product_row& f, int operand, const axis_list& given, int cores, int ndim) {
  if (given.size() != cores)
    throw axis_error(
        as_text("[", f.name, "] ", f.name, ": operand ", operand, " has ", cores, " core dimensions, but ",
                given.size(), " dimensions are specified by axes tuple."),
        0, std::max(1, ndim));
  axis_list axes;
  for (const int axis : given) {
    const int at = normalize_axis(axis, ndim, f.name);
    if (std::find(axes.begin(), axes.end(), at) != axes.end())
      fail<value_error>("[", f.name, "] axes item ", operand, " has value ", at, " repeated");
    axes.push_back(at);
  }
  return axes;
}

bool are_last(const axis_list& axes, int ndim) {
  for (int k = 0; k < axes.size(); ++k)
    if (axes[k] != ndim - axes.size() + k) return false;
  return true;
}

// The dimensions that are not core dimensions, in order, then those that are.
axis_list outer_then(const axis_list& axes, int ndim) {
  axis_list order;
  for (int d = 0; d < ndim; ++d)
    if (std::find(axes.begin(), axes.end(), d) == axes.end()) order.push_back(d);
  order.append(axes.begin(), axes.end());
  return order;
}
ndarray with_cores_last(const ndarray& a, const axis_list& axes) {
  return are_last(axes, a.ndim()) ? a : transpose(a, outer_then(axes, a.ndim()));
}
ndarray with_cores_at(const ndarray& a, const axis_list& axes) {
  if (are_last(axes, a.ndim())) return a;
  const axis_list order = outer_then(axes, a.ndim());
  axis_list back = order;
  for (int d = 0; d < a.ndim(); ++d) back[order[d]] = d;
  return transpose(a, back);
}

}  // namespace

ndarray call(gufunc f, const ndarray& a, const ndarray& b, const gufunc_axes& where,
             const ufunc_options& options) {
  const product_row& row = product_rows[static_cast<int>(f)];
  require_support(row, where);
  const bool keepdims = where.keepdims.value_or(false);
  const ndarray* const inputs[] = {&a, &b};
  int cores[3];
  count_cores(f, row, inputs, keepdims, cores);
  const int stack = std::max(a.ndim() - cores[0], b.ndim() - cores[1]);
  const int ndims[] = {a.ndim(), b.ndim(), options.out ? options.out->ndim() : stack + cores[2]};
  const int given = where.axes ? static_cast<int>(where.axes->size()) : 0;
  if (where.axes && given != 3 && !(given == 2 && row.cores[2] == 0))
    fail<value_error>(
        "[", row.name,
        "] axes should be a list with an entry for all 3 inputs and outputs; entries for outputs "
        "can only be omitted if none of them has core axes.");
  axis_list axes[3];
  for (int k = 0; k < 3; ++k) {
    axes[k] = last_axes(ndims[k], cores[k]);
    if (where.axis && cores[k] > 0) axes[k] = {*where.axis};
    if (k < given) axes[k] = (*where.axes)[static_cast<std::size_t>(k)];
    axes[k] = checked_axes(row, k, axes[k], cores[k], ndims[k]);
  }
  ufunc_options inner = options;
  if (options.out) {
    inner.out = with_cores_last(*options.out, axes[2]);
    if (keepdims) {
      if (inner.out->shape(-1) != 1)
        fail<value_error>("[", row.name, "] expected an output with extent 1 along axis ", axes[2][0],
                          ", got shape ", to_string(options.out->shape()));
      inner.out = squeeze(*inner.out, -1);
    }
  }
  const ndarray made = row.multiply(with_cores_last(a, axes[0]), with_cores_last(b, axes[1]), inner);
  if (options.out) return *options.out;
  return with_cores_at(keepdims ? expand_dims(made, -1) : made, axes[2]);
}

}  // namespace numloom
