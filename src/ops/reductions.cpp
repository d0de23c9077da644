// SPDX-License-Identifier: BSD-3-Clause
// Reductions: dtypes, axes, the plan, and what NumPy composes of them (mean, var, std).
#include "numloom/reductions.hpp"

#include <algorithm>
#include <cmath>

#include "core/backend.hpp"
#include "numloom/creation.hpp"
#include "numloom/float_errors.hpp"
#include "ops/common.hpp"
#include "ops/compose.hpp"
#include "ops/ufunc_methods.hpp"
#include "ops/ufunc_types.hpp"

namespace numloom {

dims axes::normalized(int ndim, std::string_view operation) const {
  dims result;
  if (all_) {
    for (int d = 0; d < ndim; ++d) result.push_back(d);
    return result;
  }
  for (int axis : list_) result.push_back(normalize_axis(axis, ndim, operation));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end())
    fail<value_error>("duplicate value in 'axis'");
  return result;
}

namespace {

enum class loop_rule { SAME, WIDEN, FLOAT };
enum class result_rule { SAME, TO_BOOL, TO_INT64, MOMENTS };
struct reduction_row {
  const char* name;
  loop_rule loop;
  result_rule result;
};
constexpr reduction_row reduction_rows[] = {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) {#name, loop_rule::loop, result_rule::result},
#include "numloom/reductions.def"
};
const reduction_row& row_of(reduction op) { return reduction_rows[static_cast<int>(op)]; }

dtype loop_dtype(reduction op, dtype type, std::optional<dtype> wanted) {
  if (wanted) return *wanted;
  switch (row_of(op).loop) {
    case loop_rule::WIDEN:
      if (kind_of(type) == 'b' || kind_of(type) == 'i') return dtype::int64;
      return kind_of(type) == 'u' ? dtype::uint64 : type;
    case loop_rule::FLOAT: return is_inexact(type) ? type : dtype::float64;
    default: return type;
  }
}

dtype result_dtype(reduction op, dtype loop) {
  switch (row_of(op).result) {
    case result_rule::TO_BOOL: return dtype::bool_;
    case result_rule::TO_INT64: return dtype::int64;
    default: return loop;
  }
}

// The shape of the result, and where the kept axes' strides of `out` go (axes of extent 1 are left out of
// neither).
shape_t reduced_shape(const shape_t& shape, const dims& axes, bool keepdims) {
  shape_t result;
  int next = 0;
  for (int d = 0; d < shape.size(); ++d) {
    if (next < axes.size() && axes[next] == d) {
      ++next;
      if (keepdims) result.push_back(1);
    } else {
      result.push_back(shape[d]);
    }
  }
  return result;
}

dims kept_strides(const ndarray& out, const dims& axes, bool keepdims) {
  if (!keepdims) return out.strides();
  dims result;
  int next = 0;
  for (int d = 0; d < out.ndim(); ++d) {
    if (next < axes.size() && axes[next] == d)
      ++next;
    else
      result.push_back(out.strides()[d]);
  }
  return result;
}

struct reduction_call {
  reduction op;
  const char* operation;  // for error texts
  dims axes;
  std::optional<dtype> wanted;
  bool keepdims = false;
  const ndarray* where = nullptr;
  const scalar* initial = nullptr;
};

// The ufunc that NumPy's texts name for a reduction.
std::string_view ufunc_of(std::string_view operation) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"prod", "multiply"},  {"min", "minimum"},     {"max", "maximum"},
      {"any", "logical_or"}, {"all", "logical_and"}, {"sum", "add"},
      {"mean", "add"},       {"var", "add"},         {"std", "add"}};
  for (const auto& [name, ufunc] : names)
    if (name == operation) return ufunc;
  return operation;
}

bool needs_initial(reduction op) {
  return op == reduction::min || op == reduction::max || op == reduction::fmin || op == reduction::fmax;
}

// Runs the reduction into new arrays of its own result dtypes.
void reduce_into(const ndarray& a, const reduction_call& call, const ndarray& out, const ndarray* out2) {
  reduction_plan plan;
  plan.op = call.op;
  plan.type = a.dtype();
  plan.loop = loop_dtype(call.op, a.dtype(), call.wanted);
  dropped_parts::note(plan.type, plan.loop);
  plan.result = out.dtype();
  plan.result2 = out2 ? out2->dtype() : out.dtype();
  plan.source = a.data(access::read);
  plan.out = out.data(access::write);
  plan.out2 = out2 ? out2->data(access::write) : nullptr;
  dims mask_strides;
  ndarray mask;
  if (call.where) {
    mask = broadcast_to(to_device(*call.where, a.device()), a.shape());
    if (mask.dtype() != dtype::bool_)
      fail<casting_error>("[", call.operation, "] expected a bool array for where, got ", mask.dtype());
    mask_strides = mask.strides();
    plan.mask = mask.data(access::read);
  }
  if (call.initial && needs_initial(call.op)) {
    plan.has_initial = true;
    store_scalar(*call.initial, plan.loop, plan.initial);
  }
  const dims out_strides = kept_strides(out, call.axes, call.keepdims);
  const dims out2_strides = out2 ? kept_strides(*out2, call.axes, call.keepdims) : dims();
  const bool ordered = call.op == reduction::argmin || call.op == reduction::argmax;
  make_plan(plan, a.shape(), a.strides(), call.where ? mask_strides.data() : nullptr, call.axes,
            out_strides.data(), out2 ? out2_strides.data() : nullptr, ordered);
  std::int64_t length = 1;
  for (const std::int64_t axis : call.axes) length *= a.shape()[static_cast<int>(axis)];
  if (length == 0 && (ordered || (needs_initial(call.op) && !call.initial)))
    fail<value_error>(ordered ? "attempt to get " : "zero-size array to reduction operation ",
                      ordered ? call.operation : ufunc_of(call.operation),
                      ordered ? " of an empty sequence" : " which has no identity");
  if (call.where && needs_initial(call.op) && !call.initial)
    fail<value_error>("reduction operation '", ufunc_of(call.operation),
                      "' does not have an identity, so to use a where mask one has to specify 'initial'");
  if (plan.outputs == 0) return;
  backend_of(a.device()).reduce(plan, current_stream(a.device()));
}

// The kept axes in the order in which they stand in memory, as NumPy's iterators leave them.
ndarray new_result(const ndarray& a, const reduction_call& call, dtype type) {
  const shape_t shape = reduced_shape(a.shape(), call.axes, call.keepdims);
  if (shape.size() < 2 || a.is_c_contiguous()) return empty(shape, type, a.device());
  dims strides;
  for (int d = 0, next = 0; d < a.ndim(); ++d) {
    const bool reduced = next < call.axes.size() && call.axes[next] == d;
    next += reduced;
    if (!reduced || call.keepdims) strides.push_back(a.strides()[d]);
  }
  const ndarray kept = a.view(shape, strides);
  const ndarray* sources[] = {&kept};
  return detail::empty_for(shape, type, a.device(), sources, detail::standing::ignored);
}

// Hands the result over: into out= by casting, else as a scalar when it has no axes left.
ndarray deliver(ndarray result, const std::optional<ndarray>& out, const char* operation) {
  if (!out) {
    if (result.ndim() == 0) result.set_scalar(true);
    return result;
  }
  if (out->ndim() != result.ndim())
    fail<value_error>("output parameter for reduction operation ", ufunc_of(operation),
                      " has the wrong number of dimensions: Found ", out->ndim(), " but expected ",
                      result.ndim(), " (shape ", to_string(result.shape()), ")");
  if (out->shape() != result.shape())
    fail<value_error>("output parameter for reduction operation ", ufunc_of(operation),
                      " has the wrong shape: expected ", to_string(result.shape()), ", got ",
                      to_string(out->shape()));
  copyto(*out, result, casting::unsafe);
  return *out;
}

// The initial value takes the result's dtype first, whatever is lost.
ndarray combine_initial(ufunc f, const ndarray& result, const scalar& initial) {
  const ndarray start = empty({}, result.dtype(), result.device());
  detail::fill_with(start, initial);
  return call(f, result, start);
}

// A sum of negative zeros that starts from one is one: sums here start from 0, which would lose the sign.
void keep_negative_zeros(const ndarray& result, const ndarray& a, const scalar& initial,
                         const reduction_options& options) {
  if (!is_inexact(a.dtype()) || !is_inexact(result.dtype())) return;
  const auto keep = [&](const ndarray& to, const ndarray& from, double start) {
    if (start != 0 || !std::signbit(start)) return;
    reduction_options of_all = options;
    of_all.dtype = {};
    of_all.initial = {};
    of_all.out = {};
    const ndarray zeros =
        all(call(ufunc::logical_and, call(ufunc::equal, from, 0), call(ufunc::signbit, from)), of_all);
    const ndarray both = call(ufunc::logical_and, zeros, call(ufunc::equal, to, 0));
    copyto(to, full0(-0.0, to.dtype(), to.device()), casting::unsafe, &both);
  };
  if (!is_complex(a.dtype())) return is_complex(result.dtype()) ? void() : keep(result, a, initial.real());
  using detail::part_of_complex;
  keep(part_of_complex(result, false), part_of_complex(a, false), initial.real());
  keep(part_of_complex(result, true), part_of_complex(a, true), initial.imag());
}

// All elements of a contiguous array into one: no axes to sort out.
ndarray reduce_whole(reduction op, const ndarray& a, std::optional<dtype> wanted) {
  reduction_plan plan;
  plan.op = op;
  plan.type = a.dtype();
  plan.loop = loop_dtype(op, a.dtype(), wanted);
  dropped_parts::note(plan.type, plan.loop);
  plan.result = plan.result2 = result_dtype(op, plan.loop);
  ndarray result = empty({}, plan.result, a.device());
  plan.source = a.data(access::read);
  plan.out = result.data(access::write);
  plan.reduced = 1;
  plan.reduced_shape[0] = plan.length = a.size();
  plan.reduced_source[0] = a.itemsize();
  backend_of(a.device()).reduce(plan, current_stream(a.device()));
  result.set_scalar(true);
  return result;
}

template <class Options> bool is_whole(const ndarray& a, const Options& options) {
  return options.axis.all() && !options.out && !options.where && !options.keepdims && a.size() > 0 &&
         a.is_c_contiguous();
}

// The greatest of bools is whether any is true: any and all need not read them to the end.
reduction simplest(reduction op, const ndarray& a, const reduction_options& options) {
  if (a.dtype() != dtype::bool_ || a.size() == 0 || options.dtype || options.where || options.initial)
    return op;
  return op == reduction::max ? reduction::any : op == reduction::min ? reduction::all : op;
}

ndarray run_reduction(reduction op, const char* operation, ufunc joins, const ndarray& a,
                      const reduction_options& options) {
  op = simplest(op, a, options);
  if (!options.initial && is_whole(a, options)) return reduce_whole(op, a, options.dtype);
  std::optional<dtype> wanted = options.dtype;
  if (row_of(op).loop == loop_rule::WIDEN) wanted = detail::reduction_dtype(joins, a, options);
  reduction_call call{op, operation, options.axis.normalized(a.ndim(), operation), wanted, options.keepdims};
  call.where = options.where ? &*options.where : nullptr;
  call.initial = options.initial ? &*options.initial : nullptr;
  const dtype type = result_dtype(op, loop_dtype(op, a.dtype(), wanted));
  ndarray result = new_result(a, call, type);
  reduce_into(a, call, result, nullptr);
  if (options.initial && !needs_initial(op)) {
    result.set_scalar(false);
    if (a.size() == 0)  // the initial value itself: 0 + -0.0 would lose the sign
      copyto(result, full({}, *options.initial, {.dtype = type, .device = a.device()}));
    else
      result = combine_initial(joins, result, *options.initial);
    if (op == reduction::sum) keep_negative_zeros(result, a, *options.initial, options);
  }
  return deliver(std::move(result), options.out, operation);
}

}  // namespace

#define NL_REDUCE(name, joins)                                              \
  ndarray name(const ndarray& a, const reduction_options& options) {        \
    return run_reduction(reduction::name, #name, ufunc::joins, a, options); \
  }
NL_REDUCE(sum, add)
NL_REDUCE(prod, multiply)
NL_REDUCE(min, minimum)
NL_REDUCE(max, maximum)
NL_REDUCE(any, logical_or)
NL_REDUCE(all, logical_and)
NL_REDUCE(count_nonzero, add)
#undef NL_REDUCE

std::optional<reduction> detail::reduction_of(ufunc f) {
  static constexpr std::pair<ufunc, reduction> known[] = {{ufunc::add, reduction::sum},
                                                          {ufunc::multiply, reduction::prod},
                                                          {ufunc::minimum, reduction::min},
                                                          {ufunc::maximum, reduction::max},
                                                          {ufunc::fmin, reduction::fmin},
                                                          {ufunc::fmax, reduction::fmax},
                                                          {ufunc::logical_and, reduction::all},
                                                          {ufunc::logical_or, reduction::any},
                                                          {ufunc::bitwise_and, reduction::bitwise_and},
                                                          {ufunc::bitwise_or, reduction::bitwise_or},
                                                          {ufunc::bitwise_xor, reduction::bitwise_xor}};
  for (const auto& [joins, op] : known)
    if (joins == f) return op;
  return {};
}

namespace {

// initial=None of NumPy: the identity is not to be used.
void check_without_identity(ufunc f, const ndarray& a, const reduction_options& options) {
  if (options.where)
    fail<value_error>("reduction operation '", info(f).name,
                      "' does not have an identity, so to use a where mask one has to specify 'initial'");
  std::int64_t reduced = 1;
  for (const std::int64_t d : options.axis.normalized(a.ndim(), "reduce"))
    reduced *= a.shape()[static_cast<int>(d)];
  if (reduced == 0)
    fail<value_error>("zero-size array to reduction operation ", info(f).name, " which has no identity");
}

}  // namespace

ndarray reduce(ufunc f, const ndarray& a, const reduction_options& options) {
  const std::optional<reduction> op = detail::reduction_of(f);
  if (!op) return detail::reduce_in_order(f, a, options);
  if (f >= ufunc::bitwise_and && f <= ufunc::bitwise_xor && is_inexact(options.dtype.value_or(a.dtype()))) {
    const array_like both[] = {a, a};
    resolve(f, both, options.dtype, casting::unsafe);  // throws: there is no such loop
  }
  if (options.without_identity && !options.initial) check_without_identity(f, a, options);
  if (!options.out || options.dtype) return run_reduction(*op, info(f).name.data(), f, a, options);
  reduction_options typed = options;
  typed.dtype = detail::reduction_dtype(f, a, options);
  return run_reduction(*op, info(f).name.data(), f, a, typed);
}

namespace {

ndarray number_of_elements(const ndarray& a, const reduction_call& call) {
  // int64 counts of what `where` lets through, along the axes.
  reduction_call counting = call;
  counting.op = reduction::count_nonzero;
  counting.where = nullptr;
  counting.wanted = {};
  const ndarray mask = broadcast_to(to_device(*call.where, a.device()), a.shape());
  ndarray counts = new_result(a, call, dtype::int64);
  reduce_into(mask, counting, counts, nullptr);
  return counts;
}

std::int64_t reduced_length(const ndarray& a, const dims& axes) {
  std::int64_t n = 1;
  for (std::int64_t axis : axes) n *= a.shape()[static_cast<int>(axis)];
  return n;
}

}  // namespace

namespace {

// As NumPy does it: the total goes to out= and is divided there, in the dtype that out= has.
ndarray divide_into(const ndarray& total, const array_like& count, const ndarray& out,
                    const char* operation) {
  deliver(total, out, operation);
  const array_like both[] = {out, count};
  return call(ufunc::divide, both, {.out = out, .casting = casting::unsafe});
}

}  // namespace

ndarray mean(const ndarray& a, const reduction_options& options) {
  // Sums of narrow integers are exact in 64 bits, and in a double.
  const bool plain = a.dtype() == dtype::float32 || a.dtype() == dtype::float64 ||
                     (!is_inexact(a.dtype()) && a.itemsize() <= 2);
  if (!options.dtype && plain && is_whole(a, options))
    return numloom::call(ufunc::divide, reduce_whole(reduction::sum, a, {}),
                         array_like(static_cast<double>(a.size())));
  reduction_call call{
      reduction::sum, "mean", options.axis.normalized(a.ndim(), "mean"), {}, options.keepdims};
  call.where = options.where ? &*options.where : nullptr;
  const dtype natural = is_inexact(a.dtype()) ? a.dtype() : dtype::float64;
  const dtype result_type = options.dtype.value_or(natural);
  // float16 is summed in float32 and rounded once, at the end; integers asked for are summed as such (NumPy's
  // rule), and out= of a wider dtype is summed in that.
  call.wanted = result_type == dtype::float16 ? dtype::float32 : result_type;
  if (options.out && !options.dtype && is_inexact(a.dtype()) && is_inexact(options.out->dtype()))
    call.wanted = promote_types(*call.wanted, options.out->dtype());
  ndarray total = new_result(a, call, *call.wanted);
  reduce_into(a, call, total, nullptr);
  const ndarray counts = options.where ? number_of_elements(a, call) : ndarray();
  const array_like count =
      options.where ? array_like(counts) : array_like(static_cast<double>(reduced_length(a, call.axes)));
  if (options.out) return divide_into(total, count, *options.out, "mean");
  ndarray result = numloom::call(ufunc::divide, total, count);
  if (result.dtype() != result_type) result = astype(result, result_type, order::K, casting::unsafe);
  return deliver(std::move(result), {}, "mean");
}

namespace {

// With dtype= of integers, or a real one for complex numbers, as NumPy does it: sums, means and squares
// become of that dtype on their way.
ndarray variance_by_steps(const ndarray& a, const variance_options& options, const char* operation,
                          bool root) {
  const dtype type = *options.dtype;
  const auto total = [&](const ndarray& b, bool keepdims) {
    return sum(b, {.axis = options.axis, .dtype = type, .keepdims = keepdims, .where = options.where});
  };
  const auto count = [&](bool keepdims) {
    const ndarray mask = options.where ? broadcast_to(to_device(*options.where, a.device()), a.shape())
                                       : full(a.shape(), true, {.dtype = dtype::bool_, .device = a.device()});
    return sum(mask, {.axis = options.axis, .keepdims = keepdims});
  };
  const auto quotient = [&](const ndarray& b, const ndarray& n) {
    return astype(call(ufunc::divide, b, n), type, order::K, casting::unsafe);
  };
  const ndarray distance = call(ufunc::subtract, a, quotient(total(a, true), count(true)));
  ndarray square = call(ufunc::multiply, distance, call(ufunc::conjugate, distance));
  if (is_complex(square.dtype())) square = detail::part_of_complex(square, false);
  const ndarray divisor =
      call(ufunc::maximum, call(ufunc::subtract, count(options.keepdims), options.ddof), 0);
  ndarray result = quotient(total(square, options.keepdims), divisor);
  if (root && result.ndim() > 0 && !is_inexact(type))
    fail<casting_error>("Cannot cast ufunc 'sqrt' output from dtype('float64') to dtype('", type,
                        "') with casting rule 'same_kind'");
  if (root) result = astype(call(ufunc::sqrt, result), type, order::K, casting::unsafe);
  return deliver(std::move(result), options.out, operation);
}

ndarray variance(const ndarray& a, const variance_options& options, const char* operation, bool root) {
  const bool drops_imaginary_parts = options.dtype && is_complex(a.dtype()) && !is_complex(*options.dtype);
  if (options.dtype && (!is_inexact(*options.dtype) || drops_imaginary_parts))
    return variance_by_steps(a, options, operation, root);
  reduction_call call{
      reduction::moments, operation, options.axis.normalized(a.ndim(), operation), {}, options.keepdims};
  call.where = options.where ? &*options.where : nullptr;
  const dtype natural = is_inexact(a.dtype()) ? a.dtype() : dtype::float64;
  const dtype loop = options.dtype.value_or(natural);
  call.wanted = loop == dtype::float16 ? dtype::float32 : loop;
  const dtype real = real_part_of(*call.wanted);
  const ndarray means = new_result(a, call, *call.wanted);
  const ndarray squares = new_result(a, call, real);
  reduce_into(a, call, means, &squares);
  ndarray counts;
  double divisor = 0;
  if (options.where) {
    counts = numloom::call(ufunc::subtract, number_of_elements(a, call), array_like(options.ddof));
    counts = numloom::call(ufunc::maximum, counts, array_like(0.0));
  } else {
    divisor = std::max(static_cast<double>(reduced_length(a, call.axes)) - options.ddof, 0.0);
  }
  const array_like count = options.where ? array_like(counts) : array_like(divisor);
  if (options.out) {
    const ndarray& out = *options.out;
    divide_into(squares, count, out, operation);
    const array_like only[] = {out};
    return root ? numloom::call(ufunc::sqrt, only, {.out = out}) : out;
  }
  ndarray result = numloom::call(ufunc::divide, squares, count);
  if (root) result = numloom::call(ufunc::sqrt, result);
  const dtype final = options.dtype.value_or(real_part_of(natural));
  if (result.dtype() != final) result = astype(result, final, order::K, casting::unsafe);
  return deliver(std::move(result), {}, operation);
}

}  // namespace

ndarray var(const ndarray& a, const variance_options& options) { return variance(a, options, "var", false); }
ndarray std(const ndarray& a, const variance_options& options) { return variance(a, options, "std", true); }

namespace {

// NumPy reads out= as int64 and writes it back: it must hold integers, of any size.
void check_positions(const std::optional<ndarray>& out, const char* operation) {
  if (out && !can_cast(out->dtype(), dtype::int64, casting::safe))
    detail::fail_cast(operation, out->dtype(), dtype::int64, casting::safe);
}

ndarray arg_reduction(reduction op, const char* operation, const ndarray& a, const arg_options& options) {
  check_positions(options.out, operation);
  if (!options.axis) {
    if (!options.out && !options.keepdims && a.size() > 0 && a.is_c_contiguous())
      return reduce_whole(op, a, {});
    const ndarray flat = a.is_c_contiguous() || a.ndim() <= 1 ? a : copy(a, order::C);
    reduction_call call{op, operation, axes().normalized(flat.ndim(), operation), {}, options.keepdims};
    ndarray result = new_result(flat, call, dtype::int64);
    reduce_into(flat, call, result, nullptr);
    return deliver(std::move(result), options.out, operation);
  }
  reduction_call call{op,
                      operation,
                      axes(*options.axis).normalized(a.ndim() ? a.ndim() : 1, operation),
                      {},
                      options.keepdims};
  if (a.ndim() == 0) call.axes.clear();
  const ndarray result = empty(reduced_shape(a.shape(), call.axes, call.keepdims), dtype::int64, a.device());
  reduce_into(a, call, result, nullptr);
  return deliver(result, options.out, operation);
}

ndarray scan(scan_op op, reduction widens, ufunc joins, const char* operation, const ndarray& source,
             const scan_options& options) {
  ndarray a = source;
  int axis = 0;
  if (options.axis) {
    axis = normalize_axis(*options.axis, a.ndim() ? a.ndim() : 1, operation);
    if (a.ndim() == 0) a = a.view({1}, {a.itemsize()});
  } else {
    a = ascontiguousarray(a);
    a = a.view({a.size()}, {a.itemsize()});
  }
  const std::optional<dtype> wanted =
      detail::reduction_dtype(joins, a, {.dtype = options.dtype, .out = options.out});
  const dtype type = loop_dtype(widens, a.dtype(), wanted);
  dropped_parts::note(a.dtype(), type);
  const ndarray* sources[] = {&a};
  ndarray result = detail::empty_for(a.shape(), type, a.device(), sources, detail::standing::ignored);
  if (a.size() > 0) {
    const array_ref out{result.data(access::write), type, result.ndim(), result.shape().data(),
                        result.strides().data()};
    const array_ref in{a.data(access::read), a.dtype(), a.ndim(), a.shape().data(), a.strides().data()};
    backend_of(a.device()).scan(op, out, in, axis, current_stream(a.device()));
  }
  if (!options.out) return result;
  if (options.out->shape() != result.shape())
    fail<value_error>("[", operation, "] expected out of shape ", to_string(result.shape()), ", got ",
                      to_string(options.out->shape()));
  copyto(*options.out, result, casting::unsafe);
  return *options.out;
}

}  // namespace

ndarray argmin(const ndarray& a, const arg_options& options) {
  return arg_reduction(reduction::argmin, "argmin", a, options);
}
ndarray argmax(const ndarray& a, const arg_options& options) {
  return arg_reduction(reduction::argmax, "argmax", a, options);
}
ndarray cumsum(const ndarray& a, const scan_options& options) {
  return scan(scan_op::sum, reduction::sum, ufunc::add, "cumsum", a, options);
}
ndarray cumprod(const ndarray& a, const scan_options& options) {
  return scan(scan_op::prod, reduction::prod, ufunc::multiply, "cumprod", a, options);
}

}  // namespace numloom
