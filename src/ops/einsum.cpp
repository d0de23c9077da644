// SPDX-License-Identifier: BSD-3-Clause
// einsum: views, sums over one operand, and pairs put together by matmul or multiply.
#include <algorithm>
#include <stdexcept>

#include "numloom/linalg.hpp"
#include "ops/compose.hpp"
#include "ops/einsum_plan.hpp"

namespace numloom {

using namespace detail;

namespace {

// An array and the labels of its axes, all different.
struct term {
  ndarray a;
  label_list labels;
  bool from_matmul = false;
  label_set set() const { return set_of(labels); }
};

int place_of(const label_list& labels, int label) {
  return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

// The operand as a term: repeated labels become diagonals, axes of extent 1 that broadcast are dropped.
term term_of(const einsum_plan& plan, const ndarray& a, const label_list& labels) {
  term t;
  shape_t shape;
  dims strides;
  for (int d = 0; d < labels.size(); ++d) {
    const int at = place_of(t.labels, labels[d]);
    if (at < t.labels.size()) {
      strides[at] += a.strides()[d];
      continue;
    }
    if (a.shape()[d] == 1 && plan.extents[labels[d]] != 1) continue;
    t.labels.push_back(labels[d]);
    shape.push_back(a.shape()[d]);
    strides.push_back(a.strides()[d]);
  }
  t.a = t.labels.size() == a.ndim() ? a : a.view(shape, strides);
  return t;
}

// The axes in the order of `labels`; a label that the term does not have becomes an axis of extent 1.
ndarray arranged(const term& t, const label_list& labels) {
  if (t.labels == labels) return t.a;
  shape_t shape;
  dims strides;
  for (const int label : labels) {
    const int d = place_of(t.labels, label);
    const bool has = d < t.labels.size();
    shape.push_back(has ? t.a.shape()[d] : 1);
    strides.push_back(has ? t.a.strides()[d] : 0);
  }
  return t.a.view(shape, strides);
}

// Sums over all labels that are not kept. Bools are joined by "or", float16 is summed in float32.
term summed(term t, label_set kept, dtype type) {
  if ((t.set() & ~kept) == 0) return t;
  label_list rest;
  inline_vector<int, 6> over;
  for (int d = 0; d < t.labels.size(); ++d) {
    if (holds(kept, t.labels[d]))
      rest.push_back(t.labels[d]);
    else
      over.push_back(d);
  }
  if (type == dtype::bool_) {
    t.a = any(as_type(t.a, type), {.axis = over});
  } else {
    t.a = sum(t.a, {.axis = over, .dtype = type == dtype::float16 ? dtype::float32 : type});
    t.a = as_type(t.a, type);
  }
  t.labels = rest;
  return t;
}

// The labels of `set` in the order in which they lie in memory, the outermost first.
label_list by_stride(const term& t, label_set set) {
  label_list chosen;
  for (const int label : t.labels)
    if (holds(set, label)) chosen.push_back(label);
  const auto stride = [&](int label) { return std::abs(t.a.strides()[place_of(t.labels, label)]); };
  std::stable_sort(chosen.begin(), chosen.end(), [&](int a, int b) { return stride(a) > stride(b); });
  return chosen;
}

// Axes [from, to) as one, if the strides allow.
bool merge_axes(const ndarray& a, int from, int to, shape_t& shape, dims& strides) {
  std::int64_t extent = 1, stride = a.itemsize();
  for (int d = to; d-- > from;) {
    if (a.shape()[d] == 1) continue;
    if (extent == 1)
      stride = a.strides()[d];
    else if (a.strides()[d] != stride * extent)
      return false;
    extent *= a.shape()[d];
  }
  shape.push_back(extent);
  strides.push_back(stride);
  return true;
}

// A stack of matrices: `stack` axes stay, the next `rows` are one, the others are one. Nothing if the strides
// do not allow it.
std::optional<ndarray> as_matrices(const ndarray& a, int stack, int rows) {
  shape_t shape(a.shape().begin(), a.shape().begin() + stack);
  dims strides(a.strides().begin(), a.strides().begin() + stack);
  if (!merge_axes(a, stack, stack + rows, shape, strides) ||
      !merge_axes(a, stack + rows, a.ndim(), shape, strides))
    return {};
  return a.view(shape, strides);
}
ndarray matrices(const ndarray& a, int stack, int rows) {
  if (a.size() > 0)
    if (const auto seen = as_matrices(a, stack, rows)) return *seen;
  shape_t shape(a.shape().begin(), a.shape().begin() + stack);
  std::int64_t extents[2] = {1, 1};
  for (int d = stack; d < a.ndim(); ++d) extents[d >= stack + rows] *= a.shape()[d];
  shape.push_back(extents[0]);
  shape.push_back(extents[1]);
  return reshape(a, shape);
}

void require_cast(dtype type, const ndarray& out, casting rule) {
  if (!can_cast(type, out.dtype(), rule))
    fail<type_error>("[einsum] Iterator requested dtype could not be cast from dtype('", type,
                     "') to dtype('", out.dtype(), "'), the dtype of out, according to the rule '",
                     name_of(rule), "'");
}

label_list joined(label_list a, const label_list& b) {
  a.append(b.begin(), b.end());
  return a;
}

// Is an inner product of each line of the two worth a call of its own? Else all products are made, then
// summed.
bool are_long_lines(const term& x, const term& y, const label_list& inner) {
  const auto is_line = [&](const term& t) {
    const int d = place_of(t.labels, inner.back());
    return t.a.shape()[d] >= 128 && t.a.strides()[d] == t.a.itemsize();
  };
  return is_line(x) && is_line(y);
}

// Work on one call: the dtype of all products, and what the last product is to look like.
class contraction {
 public:
  contraction(const einsum_plan& plan, dtype work, dtype result, const einsum_options& options)
      : plan_(plan), type_(work), result_(result), options_(options) {}

  /// All terms put together; labels that `kept` has remain. last: the result is einsum's.
  term together(std::vector<term> terms, label_set kept, bool last) const {
    std::vector<label_set> sets;
    for (std::size_t i = 0; i < terms.size(); ++i) sets.push_back(terms[i].set());
    const int searched = options_.optimal ? 12 : 6;
    const auto steps = order_contractions(plan_, sets, kept, searched, limit());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto [left, right] = steps[i];
      term x = std::move(terms[static_cast<std::size_t>(left)]),
           y = std::move(terms[static_cast<std::size_t>(right)]);
      // Of what is left, who needs which labels?
      label_set outside = kept;
      for (std::size_t k = 0; k < terms.size(); ++k)
        if (terms[k].a.defined()) outside |= terms[k].set();
      terms.push_back(pair(std::move(x), std::move(y), outside, last && i + 1 == steps.size()));
    }
    return summed(std::move(terms.back()), kept, type_);
  }

  term along_path(std::vector<term> terms, const contraction_path& path) const {
    for (std::size_t k = 0; k < path.size(); ++k) {
      std::vector<int> step = path[k];
      std::sort(step.rbegin(), step.rend());
      std::vector<term> chosen;
      for (const int position : step) {
        const int n = static_cast<int>(terms.size());
        if (position < -n || position >= n)
          fail<index_error>("[einsum] expected positions in a path below ", n, ", got ", position);
        const auto at = terms.begin() + (position < 0 ? position + n : position);
        chosen.push_back(std::move(*at));
        terms.erase(at);
      }
      if (chosen.empty()) continue;
      label_set kept = set_of(plan_.output);
      for (const term& other : terms) kept |= other.set();
      std::reverse(chosen.begin(), chosen.end());
      const bool last = terms.empty() && k + 1 == path.size();
      terms.push_back(together(std::move(chosen), kept, last));
    }
    if (terms.size() != 1)
      fail<std::runtime_error>("[einsum] Invalid einsum_path is specified: ", terms.size() - 1,
                               " more operands has to be contracted.");
    return std::move(terms[0]);
  }

 private:
  double limit() const {
    if (options_.memory_limit) return *options_.memory_limit;
    double most = plan_.size(set_of(plan_.output));
    for (const label_list& labels : plan_.inputs) most = std::max(most, plan_.size(set_of(labels)));
    return most;
  }

  term pair(term x, term y, label_set kept, bool last) const {
    x = summed(std::move(x), kept | y.set(), type_);
    y = summed(std::move(y), kept | x.set(), type_);
    return (x.set() & y.set() & ~kept) ? multiplied_and_summed(x, y, kept, last) : multiplied(x, y, last);
  }

  // Nothing is summed over.
  term multiplied(const term& x, const term& y, bool last) const {
    label_list labels = x.labels;
    for (const int label : y.labels)
      if (!holds(x.set(), label)) labels.push_back(label);
    if (last) labels = plan_.output;
    const ndarray a = arranged(x, labels), b = arranged(y, labels);
    const array_like inputs[] = {a, b};
    ufunc_options wanted{.dtype = type_, .casting = casting::unsafe};
    if (last) wanted.order = options_.order;
    if (last && options_.out) {
      if (options_.optimized) require_cast(result_, *options_.out, options_.casting);
      wanted.out = options_.out;
    }
    return {call(ufunc::multiply, inputs, wanted), labels, false};
  }

  // Labels of both that are kept number the matrices of a stack; the others of x are rows, those of y
  // columns.
  term multiplied_and_summed(const term& given_x, const term& given_y, label_set kept, bool last) const {
    const label_set both = given_x.set() & given_y.set();
    const bool turn = last && columns_first(given_x, both);
    const term &x = turn ? given_y : given_x, &y = turn ? given_x : given_y;
    const label_list stack = last ? in_output(both & kept) : by_stride(x, both & kept);
    const label_list rows = by_stride(x, x.set() & ~both), columns = by_stride(y, y.set() & ~both);
    const label_list inner = by_stride(x.a.size() < y.a.size() ? y : x, both & ~kept);
    if (!stack.empty() && rows.empty() && columns.empty() && !are_long_lines(x, y, inner))
      return summed(multiplied(x, y, false), kept, type_);
    const label_list labels = joined(joined(stack, rows), columns);
    const ndarray a = matrices(arranged(x, joined(joined(stack, rows), inner)), stack.size(), rows.size());
    const ndarray b =
        matrices(arranged(y, joined(joined(stack, inner), columns)), stack.size(), inner.size());
    ufunc_options wanted{.dtype = type_, .casting = casting::unsafe};
    if (last && options_.out && options_.out->dtype() == type_ && labels == plan_.output)
      wanted.out = as_matrices(*options_.out, stack.size(), rows.size());
    const ndarray product = matmul(a, b, wanted);
    if (wanted.out) return {*options_.out, labels, true};
    shape_t shape;
    for (const int label : labels) shape.push_back(plan_.extents[label]);
    return {product.shape() == shape ? product : reshape(product, shape), labels, true};
  }

  // Does the result have x's own axes innermost, where its layout is prescribed?
  bool columns_first(const term& x, label_set both) const {
    if (!options_.out && options_.order == order::K) return false;
    if (plan_.output.empty()) return false;
    const int innermost = options_.order == order::F ? plan_.output[0] : plan_.output.back();
    return holds(x.set() & ~both, innermost);
  }
  label_list in_output(label_set set) const {
    label_list chosen;
    for (const int label : plan_.output)
      if (holds(set, label)) chosen.push_back(label);
    return chosen;
  }

  const einsum_plan& plan_;
  dtype type_, result_;
  const einsum_options& options_;
};

dtype dtype_for(std::span<const ndarray> operands, const einsum_options& options) {
  std::vector<dtype> types;
  for (const ndarray& a : operands) types.push_back(a.dtype());
  if (options.out) types.push_back(options.out->dtype());
  const dtype type = options.dtype ? *options.dtype : promote_all(types);
  for (std::size_t i = 0; i < operands.size(); ++i)
    if (!can_cast(operands[i].dtype(), type, options.casting))
      fail<type_error>("[einsum] Iterator operand ", i, " dtype could not be cast from dtype('",
                       operands[i].dtype(), "') to dtype('", type, "') according to the rule '",
                       name_of(options.casting), "'");
  if (options.out && !options.optimized) require_cast(type, *options.out, options.casting);
  return type;
}

/// Whether the result has out's shape; a result of extent 1 is spread over out.
bool fits_out(const ndarray& out, const einsum_plan& plan) {
  if (out.ndim() != plan.output.size())
    fail<value_error>("[einsum] out parameter does not have the correct number of dimensions, has ",
                      out.ndim(), " but should have ", plan.output.size());
  shape_t expected;
  for (const int label : plan.output) expected.push_back(plan.extents[label]);
  for (int d = 0; d < out.ndim(); ++d)
    if (out.shape(d) != expected[d] && expected[d] != 1)
      fail<value_error>("[einsum] operands could not be broadcast together: expected out of shape ",
                        to_string(expected), ", got ", to_string(out.shape()));
  out.data(access::write);
  return out.shape() == expected;
}

bool is_laid_out(const ndarray& a, order layout) {
  return layout == order::K || (layout == order::F ? a.is_f_contiguous() : a.is_c_contiguous());
}

}  // namespace

ndarray einsum(std::string_view subscripts, std::span<const ndarray> operands, const einsum_options& given) {
  const einsum_plan plan = plan_einsum(subscripts, operands);
  const label_set kept = set_of(plan.output);
  std::vector<term> terms;
  for (std::size_t i = 0; i < operands.size(); ++i)
    terms.push_back(term_of(plan, operands[i], plan.inputs[i]));
  if (operands.size() == 1 && !given.out && (terms[0].set() & ~kept) == 0) {
    const ndarray seen = arranged(terms[0], plan.output);
    return seen.ndim() == 0 ? as_scalar(copy(seen)) : seen;
  }
  einsum_options options = given;
  if (options.order == order::A)
    options.order =
        std::all_of(operands.begin(), operands.end(), [](const ndarray& a) { return a.is_f_contiguous(); })
            ? order::F
            : order::C;
  const bool fits = !given.out || fits_out(*given.out, plan);
  const dtype type = dtype_for(operands, options);
  if (!fits) options.out.reset();  // it takes a copy at the end
  // Several steps on float16 round once, at the end.
  const dtype work = type == dtype::float16 && operands.size() > 1 ? dtype::float32 : type;
  std::vector<array_like> likes(operands.begin(), operands.end());
  const device d = common_device(likes, "einsum");
  for (term& t : terms) t.a = to_device(t.a, d);
  const contraction work_on(plan, work, type, options);
  const term made = options.path && operands.size() > 1 ? work_on.along_path(std::move(terms), *options.path)
                                                        : work_on.together(std::move(terms), kept, true);
  ndarray result = arranged(made, plan.output);
  if (given.out) {
    if (!is_same_view(result, *given.out)) copyto(*given.out, result, casting::unsafe);
    return *given.out;
  }
  if (result.dtype() != type) result = as_type(result, type);
  if (!is_laid_out(result, options.order)) result = copy(result, options.order);
  result.set_scalar(result.ndim() == 0 && !(options.optimized && made.from_matmul));
  return result;
}

}  // namespace numloom
