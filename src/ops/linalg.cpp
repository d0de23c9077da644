// SPDX-License-Identifier: BSD-3-Clause
// Products: everything here becomes one or more batches of matrix products for the backend.
#include "numloom/linalg.hpp"

#include <algorithm>

#include "numloom/creation.hpp"
#include "numloom/manipulation.hpp"
#include "ops/common.hpp"

namespace numloom {

using namespace detail;

namespace {

// Strides must be whole elements (views of other dtypes may have others).
ndarray in_elements(const ndarray& a) {
  for (int d = 0; d < a.ndim(); ++d)
    if (a.shape()[d] > 1 && a.strides()[d] % a.itemsize() != 0) return copy(a, order::C);
  return a;
}

struct signature {
  const char* name;
  const char* text;
};
constexpr signature matmul_signature{"matmul", "(n?,k),(k,m?)->(n?,m?)"};
constexpr signature vecdot_signature{"vecdot", "(n),(n)->()"};
constexpr signature matvec_signature{"matvec", "(m,n),(n)->(m)"};
constexpr signature vecmat_signature{"vecmat", "(n),(n,m)->(m)"};

void require_dims(const signature& s, const ndarray& a, int operand, int least) {
  if (a.ndim() < least)
    fail<value_error>("[", s.name, "] ", s.name, ": Input operand ", operand,
                      " does not have enough dimensions (has ", a.ndim(), ", gufunc core with signature ",
                      s.text, " requires ", least, ")");
}

void require_core(const signature& s, std::int64_t got, std::int64_t expected, int operand, int dimension) {
  if (got != expected)
    fail<value_error>("[", s.name, "] ", s.name, ": Input operand ", operand,
                      " has a mismatch in its core dimension ", dimension, ", with gufunc signature ", s.text,
                      " (size ", got, " is different from ", expected, ")");
}

// May a result be repeated over an output? Along the stacks, not along the last `core` dimensions.
bool spreads_over(const shape_t& result, int core, const shape_t& out) {
  const int extra = out.size() - result.size();
  if (extra < 0) return false;
  for (int d = 0; d < result.size(); ++d)
    if (result[d] != out[d + extra] && (result[d] != 1 || d >= result.size() - core)) return false;
  return true;
}

shape_t leading(const ndarray& a) { return {a.shape().begin(), a.shape().end() - 2}; }

// The dimensions of the stacks, merged as far as all three agree; strides in elements.
struct batches {
  int ndim = 0;
  std::int64_t shape[max_dims], a[max_dims], b[max_dims], c[max_dims];
};

batches merge_batches(const ndarray& a, const ndarray& b, const ndarray& c) {
  const shape_t stack = leading(c);
  std::int64_t sa[max_dims], sb[max_dims];
  const auto lead = [&](const ndarray& x) { return dims(x.strides().begin(), x.strides().end() - 2); };
  broadcast_strides(leading(a), lead(a), stack, sa);
  broadcast_strides(leading(b), lead(b), stack, sb);
  batches m;
  for (int d = 0; d < stack.size(); ++d) {
    if (stack[d] == 1) continue;
    const int last = m.ndim - 1;
    const std::int64_t x = sa[d], y = sb[d], z = c.strides()[d], n = stack[d];
    const int at =
        last >= 0 && m.a[last] == x * n && m.b[last] == y * n && m.c[last] == z * n ? last : m.ndim++;
    m.shape[at] = at == last ? m.shape[at] * n : n;
    m.a[at] = x;
    m.b[at] = y;
    m.c[at] = z;
  }
  return m;
}

// c = a @ b for stacks of matrices of one dtype; c's leading shape is the broadcast of theirs. No overlap.
void multiply(const ndarray& a, const ndarray& b, const ndarray& c) {
  if (c.size() == 0) return;
  const int i = a.ndim() - 2, j = b.ndim() - 2, o = c.ndim() - 2;
  const std::int64_t bytes = c.itemsize();
  const std::int64_t k = a.shape()[i + 1];
  if (k == 0) return fill_with(c, false);
  matmul_call call;
  call.type = c.dtype();
  call.m = c.shape()[o];
  call.n = c.shape()[o + 1];
  call.k = k;
  call.a_row = a.strides()[i] / bytes;
  call.a_col = a.strides()[i + 1] / bytes;
  call.b_row = b.strides()[j] / bytes;
  call.b_col = b.strides()[j + 1] / bytes;
  call.c_row = c.strides()[o] / bytes;
  call.c_col = c.strides()[o + 1] / bytes;
  const batches m = merge_batches(a, b, c);
  const int inner = m.ndim - 1;
  call.batch = m.ndim > 0 ? m.shape[inner] : 1;
  call.a_batch = m.ndim > 0 ? m.a[inner] / bytes : 0;
  call.b_batch = m.ndim > 0 ? m.b[inner] / bytes : 0;
  call.c_batch = m.ndim > 0 ? m.c[inner] / bytes : 0;
  if (call.n == 1 && call.batch > 1 && call.b_batch == 0 && call.a_batch == call.m * call.a_row &&
      call.c_batch == call.m * call.c_row) {  // one vector on the right: the matrices are one tall one
    call.m *= call.batch;
    call.batch = 1;
  }
  const char* pa = static_cast<const char*>(a.data(access::read));
  const char* pb = static_cast<const char*>(b.data(access::read));
  char* pc = static_cast<char*>(c.data(access::write));
  backend& device = backend_for(c);
  const stream_view stream = stream_for(c);
  std::int64_t at[max_dims] = {};
  for (;;) {
    call.a = pa;
    call.b = pb;
    call.c = pc;
    device.matmul(call, stream);
    int d = inner - 1;
    for (; d >= 0; --d) {
      pa += m.a[d];
      pb += m.b[d];
      pc += m.c[d];
      if (++at[d] < m.shape[d]) break;
      pa -= m.a[d] * m.shape[d];
      pb -= m.b[d] * m.shape[d];
      pc -= m.c[d] * m.shape[d];
      at[d] = 0;
    }
    if (d < 0) return;
  }
}

ndarray with_axis(const ndarray& a, int axis) {
  shape_t shape = a.shape();
  dims strides = a.strides();
  shape.insert(axis, 1);
  strides.insert(axis, 0);
  return a.view(std::move(shape), std::move(strides));
}

ndarray without_axis(const ndarray& a, int axis) {
  shape_t shape = a.shape();
  dims strides = a.strides();
  shape.erase(axis);
  strides.erase(axis);
  return a.view(std::move(shape), std::move(strides));
}

// A new array for the product. As NumPy's iterator has it, K follows the operands in the stack's dimensions.
ndarray new_product(const shape_t& shape, dtype type, const ndarray& a, const ndarray& b, order layout) {
  if (layout == order::A) layout = a.is_f_contiguous() && b.is_f_contiguous() ? order::F : order::C;
  const int stacked = shape.size() - 2;
  if (layout != order::K || stacked < 2 || (a.is_c_contiguous() && b.is_c_contiguous()))
    return empty(shape, type, a.device(), layout == order::F ? order::F : order::C);
  const shape_t stack{shape.begin(), shape.end() - 2};
  const ndarray seen[] = {broadcast_to(without_axis(without_axis(a, a.ndim() - 1), a.ndim() - 2), stack),
                          broadcast_to(without_axis(without_axis(b, b.ndim() - 1), b.ndim() - 2), stack)};
  const ndarray* const sources[] = {&seen[0], &seen[1]};
  const ndarray made = empty(shape, type, a.device());
  dims strides = strides_for(stack, 1, sources, standing::ignored);
  for (std::int64_t& stride : strides) stride *= itemsize(type) * shape[stacked] * shape[stacked + 1];
  strides.push_back(made.strides()[stacked]);
  strides.push_back(made.strides()[stacked + 1]);
  return {made.bytes(), 0, type, shape, strides};
}

// The product of two stacks (dimensions of vectors added, core dimensions checked) into options.out or a new
// array, without the core dimensions marked for dropping.
ndarray product(const signature& s, const ndarray& a, const ndarray& b, bool drop_row, bool drop_column,
                const ufunc_options& options) {
  if (options.where)
    fail<type_error>("[", s.name, "] ", s.name, "() got an unexpected keyword argument 'where'");
  if (a.device() != b.device())
    fail<value_error>("[", s.name, "] expected operands on one device, got ", a.device(), " and ", b.device(),
                      "; move one with to_device()");
  const dtype type = options.dtype.value_or(promote_types(a.dtype(), b.dtype()));
  for (const ndarray* x : {&a, &b})
    if (!can_cast(x->dtype(), type, options.casting))
      fail<casting_error>("[", s.name, "] Cannot cast ufunc '", s.name, "' input from dtype('", x->dtype(),
                          "') to dtype('", type, "') with casting rule '", name_of(options.casting), "'");
  const ndarray left = in_elements(astype(a, type, order::K, casting::unsafe, false));
  const ndarray right = in_elements(astype(b, type, order::K, casting::unsafe, false));
  const shape_t stack = broadcast_shapes(leading(a), leading(b));
  shape_t shape = stack, result = stack;
  shape.push_back(a.shape()[a.ndim() - 2]);
  shape.push_back(b.shape()[b.ndim() - 1]);
  if (!drop_row) result.push_back(shape[stack.size()]);
  if (!drop_column) result.push_back(shape[stack.size() + 1]);
  const auto dropped = [&](ndarray c) {
    if (drop_column) c = without_axis(c, c.ndim() - 1);
    if (drop_row) c = without_axis(c, stack.size());
    return c;
  };
  if (!options.out) {
    const ndarray made = new_product(shape, type, a, b, options.order);
    multiply(left, right, made);
    return scalar_if_0d(dropped(made));
  }
  const ndarray& out = *options.out;
  const bool spreads = out.shape() != result;
  if (spreads && !spreads_over(result, result.size() - stack.size(), out.shape()))
    fail<value_error>("[", s.name, "] ", s.name,
                      ": Output operand 0 has a mismatch, it is non-broadcastable: expected shape ",
                      to_string(result), ", got ", to_string(out.shape()));
  if (!can_cast(type, out.dtype(), options.casting))
    fail<casting_error>("[", s.name, "] Cannot cast ufunc '", s.name, "' output from dtype('", type,
                        "') to dtype('", out.dtype(), "') with casting rule '", name_of(options.casting),
                        "'");
  out.data(access::write);
  const bool direct = !spreads && out.dtype() == type && out.device() == a.device() &&
                      !may_share_memory(out, a) && !may_share_memory(out, b) &&
                      in_elements(out).bytes() == out.bytes();
  if (!direct) {
    const ndarray made = empty(shape, type, a.device());
    multiply(left, right, made);
    copyto(out, dropped(made), casting::unsafe);
    return out;
  }
  ndarray target = out;
  if (drop_row) target = with_axis(target, stack.size());
  if (drop_column) target = with_axis(target, stack.size() + 1);
  multiply(left, right, target);
  return out;
}

ndarray conjugated(const ndarray& a) { return is_complex(a.dtype()) ? call(ufunc::conjugate, a) : a; }

}  // namespace

ndarray matmul(const ndarray& a, const ndarray& b, const ufunc_options& options) {
  require_dims(matmul_signature, a, 0, 1);
  require_dims(matmul_signature, b, 1, 1);
  const bool row = a.ndim() == 1, column = b.ndim() == 1;
  const std::int64_t k = a.shape()[a.ndim() - 1];
  require_core(matmul_signature, b.shape()[column ? 0 : b.ndim() - 2], k, 1, 0);
  return product(matmul_signature, row ? with_axis(a, 0) : a, column ? with_axis(b, 1) : b, row, column,
                 options);
}

ndarray vecdot(const ndarray& a, const ndarray& b, const ufunc_options& options) {
  require_dims(vecdot_signature, a, 0, 1);
  require_dims(vecdot_signature, b, 1, 1);
  require_core(vecdot_signature, b.shape()[b.ndim() - 1], a.shape()[a.ndim() - 1], 1, 0);
  return product(vecdot_signature, with_axis(conjugated(a), a.ndim() - 1), with_axis(b, b.ndim()), true, true,
                 options);
}

ndarray matvec(const ndarray& a, const ndarray& b, const ufunc_options& options) {
  require_dims(matvec_signature, a, 0, 2);
  require_dims(matvec_signature, b, 1, 1);
  require_core(matvec_signature, b.shape()[b.ndim() - 1], a.shape()[a.ndim() - 1], 1, 0);
  return product(matvec_signature, a, with_axis(b, b.ndim()), false, true, options);
}

ndarray vecmat(const ndarray& a, const ndarray& b, const ufunc_options& options) {
  require_dims(vecmat_signature, a, 0, 1);
  require_dims(vecmat_signature, b, 1, 2);
  require_core(vecmat_signature, b.shape()[b.ndim() - 2], a.shape()[a.ndim() - 1], 1, 0);
  return product(vecmat_signature, with_axis(conjugated(a), a.ndim() - 1), b, true, false, options);
}

namespace {

void require_aligned(const char* operation, const ndarray& a, int a_axis, const ndarray& b, int b_axis) {
  if (a.shape()[a_axis] != b.shape()[b_axis])
    fail<value_error>("[", operation, "] shapes ", compact(a.shape()), " and ", compact(b.shape()),
                      " not aligned: ", a.shape()[a_axis], " (dim ", a_axis, ") != ", b.shape()[b_axis],
                      " (dim ", b_axis, ")");
}

// What NumPy's dot takes for `out`.
void require_result(const ndarray& out, const shape_t& shape, dtype type) {
  if (out.shape() == shape && out.dtype() == type && out.is_c_contiguous()) return;
  fail<value_error>(
      "[dot] output array is not acceptable (must have the right datatype, number of dimensions, and be a "
      "C-Array): "
      "expected shape ",
      to_string(shape), " and dtype ", type, ", got ", to_string(out.shape()), " and ", out.dtype());
}

// Sum over a's last axis and one axis of b, as one matrix product.
ndarray contract(const ndarray& a, const ndarray& b, int b_axis, const std::optional<ndarray>& out) {
  const ndarray right = b.ndim() > 2 || b_axis != 0 ? move_axis(b, b_axis, 0) : b;
  const std::int64_t k = right.shape()[0];
  shape_t result(a.shape().begin(), a.shape().end() - 1);
  result.append(right.shape().begin() + 1, right.shape().end());
  std::int64_t rows = 1, columns = 1;
  for (int d = 0; d + 1 < a.ndim(); ++d) rows *= a.shape()[d];
  for (int d = 1; d < right.ndim(); ++d) columns *= right.shape()[d];
  const ndarray flat = matmul(a.ndim() == 2 ? a : reshape(a, {rows, k}),
                              right.ndim() == 2 ? right : reshape(right, {k, columns}));
  const ndarray made = flat.shape() == result ? flat : reshape(flat, result);
  if (!out) return scalar_if_0d(made);
  require_result(*out, result, made.dtype());
  copyto(*out, made, casting::no);
  return *out;
}

ndarray scaled(const ndarray& a, const ndarray& b, const std::optional<ndarray>& out) {
  const array_like inputs[] = {a, b};
  return call(ufunc::multiply, inputs, {.out = out});
}

}  // namespace

ndarray dot(const ndarray& a, const ndarray& b, const std::optional<ndarray>& out) {
  if (a.ndim() == 0 || b.ndim() == 0) {
    if (out) require_result(*out, a.ndim() == 0 ? b.shape() : a.shape(), promote_types(a.dtype(), b.dtype()));
    return scaled(a, b, out);
  }
  const int b_axis = b.ndim() == 1 ? 0 : b.ndim() - 2;
  require_aligned("dot", a, a.ndim() - 1, b, b_axis);
  if (!out && a.ndim() <= 2 && b.ndim() <= 2) return matmul(a, b);
  return contract(a, b, b_axis, out);
}

ndarray vdot(const ndarray& a, const ndarray& b) {
  const ndarray x = ravel(a), y = ravel(b);
  if (x.size() != y.size())
    fail<value_error>("[vdot] cannot reshape array of size ", b.size(), " into shape ", to_string(x.shape()));
  return vecdot(x, y);
}

ndarray inner(const ndarray& a, const ndarray& b) {
  if (a.ndim() == 0 || b.ndim() == 0) return scaled(a, b, {});
  require_aligned("inner", a, a.ndim() - 1, b, b.ndim() - 1);
  return contract(a, b, b.ndim() - 1, {});
}

ndarray outer(const ndarray& a, const ndarray& b, const std::optional<ndarray>& out) {
  return scaled(with_axis(ravel(a), 1), with_axis(ravel(b), 0), out);
}

ndarray trace(const ndarray& a, std::int64_t offset, int axis1, int axis2, const std::optional<dtype>& type,
              const std::optional<ndarray>& out) {
  return sum(diagonal(a, offset, axis1, axis2), {.axis = -1, .dtype = type, .out = out});
}

ndarray tensordot(const ndarray& a, const ndarray& b, const inline_vector<int, 6>& a_axes,
                  const inline_vector<int, 6>& b_axes) {
  if (a_axes.size() != b_axes.size()) fail<value_error>("[tensordot] shape-mismatch for sum");
  inline_vector<int, 6> left, right, a_sum, b_sum;
  for (int k = 0; k < a_axes.size(); ++k) {
    a_sum.push_back(normalize_axis(a_axes[k], a.ndim(), "tensordot"));
    b_sum.push_back(normalize_axis(b_axes[k], b.ndim(), "tensordot"));
    if (a.shape()[a_sum.back()] != b.shape()[b_sum.back()])
      fail<value_error>("[tensordot] shape-mismatch for sum: ", to_string(a.shape()), " along axis ",
                        a_sum.back(), " and ", to_string(b.shape()), " along axis ", b_sum.back());
  }
  shape_t result;
  std::int64_t rows = 1, columns = 1, k = 1;
  for (int axis : a_sum) k *= a.shape()[axis];
  for (int d = 0; d < a.ndim(); ++d)
    if (std::find(a_sum.begin(), a_sum.end(), d) == a_sum.end()) {
      left.push_back(d);
      rows *= a.shape()[d];
      result.push_back(a.shape()[d]);
    }
  left.append(a_sum.begin(), a_sum.end());
  right = b_sum;
  for (int d = 0; d < b.ndim(); ++d)
    if (std::find(b_sum.begin(), b_sum.end(), d) == b_sum.end()) {
      right.push_back(d);
      columns *= b.shape()[d];
      result.push_back(b.shape()[d]);
    }
  const ndarray x = reshape(transpose(a, left), {rows, k}), y = reshape(transpose(b, right), {k, columns});
  return scalar_if_0d(reshape(matmul(x, y), result));
}

ndarray tensordot(const ndarray& a, const ndarray& b, int count) {
  inline_vector<int, 6> last, first;
  for (int d = 0; d < count; ++d) {
    last.push_back(a.ndim() - count + d);
    first.push_back(d);
  }
  return tensordot(a, b, last, first);
}

}  // namespace numloom
