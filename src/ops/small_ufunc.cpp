// SPDX-License-Identifier: BSD-3-Clause
#include "ops/small_ufunc.hpp"

#include <array>
#include <cstdlib>

#include "numloom/host_number.hpp"
#include "ops/ufunc_types.hpp"

namespace numloom {

namespace {

constexpr std::int64_t most_elements = 8192;  // several threads are not worth it below, whatever the function
constexpr std::int64_t converted_at_once = 256;

constexpr int ufunc_count = 0
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) +1
#include "numloom/ufuncs.def"
    ;

// The logical functions ask each operand for its own truth; whole numbers are not raised to negative powers.
bool is_plain(ufunc f, dtype loop) {
  return info(f).nout == 1 && rule_of(f) != out_rule::LDEXP && !is_logical_ufunc(f) &&
         (f != ufunc::power || is_inexact(loop));
}

dtype result_of(ufunc f, dtype loop) {
  switch (rule_of(f)) {
    case out_rule::TO_BOOL: return dtype::bool_;
    case out_rule::REAL_PART: return real_part_of(loop);
    case out_rule::BIT_COUNT: return dtype::uint8;
    default: return loop;
  }
}

// A ufunc over operands of one dtype that needs no conversion; run is null where there is no such loop.
struct own_loop {
  cpu_host::ufunc_step run;
  dtype result = dtype::float64;
};
using own_loops = std::array<std::array<own_loop, dtype_count>, ufunc_count>;

const own_loop& loop_of(ufunc f, dtype type) {
  static const own_loops& table = *[] {
    auto* made = new own_loops;  // for good: arrays may outlive static objects
    for (int i = 0; i < ufunc_count; ++i)
      for (int d = 0; d < dtype_count; ++d) {
        const auto op = static_cast<ufunc>(i);
        const auto t = static_cast<dtype>(d);
        bool found;
        if ((is_plain(op, t) || is_logical_ufunc(op)) && loop_for(op, t, found) == t && found)
          (*made)[static_cast<std::size_t>(i)][static_cast<std::size_t>(d)] = {cpu_host::ufunc_step(op, t),
                                                                               result_of(op, t)};
      }
    return made;
  }();
  return table[static_cast<std::size_t>(f)][static_cast<std::size_t>(type)];
}

// Its elements lie in one line, in order.
bool is_small(const ndarray& a) {
  if (a.size() > most_elements || !a.device().is_cpu()) return false;
  return a.ndim() == 1 || a.is_c_contiguous();
}

std::int64_t step_of(const ndarray& a) { return a.ndim() == 1 ? a.strides()[0] : a.itemsize(); }

bool fits_every_integer(const scalar& n) {
  return n.type == scalar::kind::boolean || (n.type == scalar::kind::integer && n.i >= 0 && n.i < 128);
}

// Comparisons of integers with other dtypes and with numbers beyond their own are exact, by rules of their
// own.
bool compares_exactly(ufunc f, dtype type) { return is_comparison(f) && is_integer(type); }

ndarray new_result(const ndarray& like, dtype type) {
  const int item = itemsize(type);
  storage_ptr memory = allocate(static_cast<std::size_t>(like.size() * item), cpu);
  return ndarray(std::move(memory), 0, type, like.shape(),
                 item == step_of(like) ? like.strides() : contiguous_strides(like.shape(), item));
}

}  // namespace

bool small_call::begin(ufunc f, const ndarray& like, int nin) {
  if (!is_small(like)) return false;
  const own_loop& own = loop_of(f, like.dtype());
  if (!own.run.run) return false;
  loop_ = own.run;
  result_ = own.result;
  type_ = like.dtype();
  like_ = &like;
  used_ = 0;
  steps_[nin] = itemsize(result_);
  return true;
}

void small_call::add(const ndarray& a) {
  args_[used_] = static_cast<char*>(a.data(access::read));
  steps_[used_++] = step_of(a);
}

bool small_call::add(ufunc f, const scalar& number) {
  if (promote_with_scalar(type_, number) != type_ || is_logical_ufunc(f)) return false;
  if (compares_exactly(f, type_) && !fits_every_integer(number)) return false;
  store_scalar(number, type_, values_[used_]);
  args_[used_] = values_[used_];
  steps_[used_++] = 0;
  return true;
}

bool small_call::prepare(ufunc f, const array_like& a) {
  if (!a.array() || !begin(f, *a.array(), 1)) return false;
  add(*a.array());
  return true;
}

bool small_call::prepare(ufunc f, const array_like& a, const array_like& b) {
  const ndarray *x = a.array(), *y = b.array();
  const ndarray* like = x ? x : y;
  if (!like || !begin(f, *like, 2)) return false;
  if (x && y) {
    if (y->dtype() != type_ || !(y->shape() == x->shape()) || !is_small(*y)) return false;
    add(*x);
    add(*y);
    return true;
  }
  if (y) return add(f, a.number()) && (add(*y), true);
  add(*x);
  return add(f, b.number());
}

bool small_call::prepare(ufunc f, const array_like& a, const scalar& b, const scalar& c) {
  if (!a.array() || !begin(f, *a.array(), 3)) return false;
  add(*a.array());
  return add(f, b) && add(f, c);
}

ndarray small_call::run() {
  ndarray out = new_result(*like_, result_);
  args_[used_] = static_cast<char*>(out.data(access::write));
  loop_(args_, steps_, like_->size());
  if (like_->ndim() == 0) out.set_scalar(true);
  return out;
}

namespace {

// The operand whose shape is the result's; null when the operands must be broadcast in other ways.
const ndarray* shape_giver(std::span<const array_like> inputs) {
  const ndarray* like = nullptr;
  for (const array_like& a : inputs) {
    const ndarray* x = a.array();
    if (!x) continue;
    if (!is_small(*x)) return nullptr;
    if (!like || (like->size() == 1 && (x->size() != 1 || x->ndim() > like->ndim()))) like = x;
  }
  for (const array_like& a : inputs)
    if (const ndarray* x = a.array(); x && like && !(x->shape() == like->shape()))
      if (x->size() != 1 || x->ndim() > like->ndim()) return nullptr;
  return like;
}

bool takes_other_rules(ufunc f, std::span<const array_like> inputs) {
  if (!is_comparison(f)) return false;
  const dtype first = inputs[0].array() ? inputs[0].array()->dtype() : inputs[1].array()->dtype();
  for (const array_like& a : inputs) {
    if (!a.array() && !fits_every_integer(a.number()) && is_integer(first)) return true;
    if (a.array() && a.array()->dtype() != first) return true;
  }
  return false;
}

// May the output be written block by block while these inputs are read?
bool is_apart(const ndarray& out, std::span<const array_like> inputs) {
  for (const array_like& a : inputs)
    if (a.array() && may_share_memory(*a.array(), out) && !is_same_view(*a.array(), out)) return false;
  return true;
}

// An input in its loop's dtype: where it lies, or a single element converted beforehand, or converted a block
// at a time.
struct converted_input {
  char* at;
  std::int64_t step;
  cpu_host::cast_step convert;
  std::int64_t converted_step = 0;
  alignas(16) char value[16];

  converted_input() {}
  void bind(const array_like& a, dtype type) {
    const ndarray* x = a.array();
    if (!x) {
      store_scalar(a.number(), type, value);
      at = value;
      step = 0;
      return;
    }
    at = static_cast<char*>(x->data(access::read));
    step = x->size() == 1 ? 0 : step_of(*x);
    if (x->dtype() == type) return;
    convert = cpu_host::cast_step(x->dtype(), type);
    if (step != 0) {
      converted_step = itemsize(type);
      return;
    }
    char* const args[] = {at, value};
    const std::int64_t steps[] = {0, 0};
    convert(args, steps, 1);
    convert = {};
    at = value;
  }
};

}  // namespace

bool run_small(ufunc f, std::span<const array_like> inputs, const ndarray* out, ndarray& result) {
  const auto nin = static_cast<std::size_t>(info(f).nin);
  if (inputs.size() != nin || nin > 3) return false;
  const ndarray* like = shape_giver(inputs);
  if (!like || takes_other_rules(f, inputs)) return false;
  if (out && (!is_small(*out) || !(out->shape() == like->shape()) || !is_apart(*out, inputs))) return false;
  if (out && std::abs(step_of(*out)) < out->itemsize()) return false;  // its elements share memory
  const resolved_types types = resolve(f, inputs);
  if (!is_plain(f, types.loop)) return false;
  if (out && (out->dtype() != types.out[0] || !out->writeable())) return false;
  const cpu_host::ufunc_step loop(f, types.loop);
  if (!loop.run) return false;

  converted_input operands[3];
  bool converts = false;
  for (std::size_t i = 0; i < nin; ++i) {
    operands[i].bind(inputs[i], types.in[i]);
    converts |= static_cast<bool>(operands[i].convert);
  }
  if (!out) result = new_result(*like, types.out[0]);
  char* to = static_cast<char*>((out ? *out : result).data(access::write));
  const std::int64_t n = like->size(), item = itemsize(types.out[0]), to_step = out ? step_of(*out) : item,
                     at_once = converts ? converted_at_once : n;
  alignas(64) char buffers[3][converted_at_once * 16];
  for (std::int64_t begin = 0; begin < n; begin += at_once, to += at_once * to_step) {
    const std::int64_t length = n - begin < at_once ? n - begin : at_once;
    char* args[4];
    std::int64_t steps[4];
    for (std::size_t i = 0; i < nin; ++i) {
      converted_input& x = operands[i];
      args[i] = x.at;
      steps[i] = x.step;
      x.at += x.step * length;
      if (!x.convert) continue;
      char* const both[] = {args[i], buffers[i]};
      const std::int64_t both_steps[] = {x.step, x.converted_step};
      x.convert(both, both_steps, length);
      args[i] = buffers[i];
      steps[i] = x.converted_step;
    }
    args[nin] = to;
    steps[nin] = to_step;
    loop(args, steps, length);
  }
  if (!out && like->ndim() == 0) result.set_scalar(true);
  return true;
}

namespace {

// A ufunc of single numbers of one dtype: its loop, and what it takes and gives.
struct number_loop {
  cpu_host::ufunc_step run;
  int nin = 0;
  dtype loop = dtype::float64, result = dtype::float64;
};
using number_loops = std::array<std::array<number_loop, dtype_count>, ufunc_count>;

const number_loop& number_loop_of(ufunc f, dtype common) {
  static const number_loops& table = *[] {
    auto* made = new number_loops;  // for good: arrays may outlive static objects
    for (int i = 0; i < ufunc_count; ++i)
      for (int d = 0; d < dtype_count; ++d) {
        const auto op = static_cast<ufunc>(i);
        bool found;
        const dtype loop = loop_for(op, static_cast<dtype>(d), found);
        if (found && info(op).nin <= 2 && is_plain(op, loop))
          (*made)[static_cast<std::size_t>(i)][static_cast<std::size_t>(d)] = {
              cpu_host::ufunc_step(op, loop), info(op).nin, loop, result_of(op, loop)};
      }
    return made;
  }();
  return table[static_cast<std::size_t>(f)][static_cast<std::size_t>(common)];
}

// Can every number of two dtypes be compared in a third? Not where 64-bit integers become floats.
bool is_within_53_bits(const host_number& x) {
  if (!is_integer(x.dtype)) return true;
  const double value = load_scalar(x.dtype, x.bytes).real();
  return value <= 0x1p53 && value >= -0x1p53;
}

// The number's bytes in another dtype, at x.bytes itself or in `room`.
char* in_dtype(const host_number& x, dtype type, host_number& room) {
  if (x.dtype == type) return reinterpret_cast<char*>(const_cast<unsigned char*>(x.bytes));
  store_scalar(load_scalar(x.dtype, x.bytes), type, room.bytes);
  return reinterpret_cast<char*>(room.bytes);
}

}  // namespace

bool call_on_numbers(ufunc f, const host_number& a, const host_number* b, host_number& result) {
  const bool mixed = b && a.dtype != b->dtype;
  const dtype common = mixed ? promote_types(a.dtype, b->dtype) : a.dtype;
  if (mixed && is_comparison(f) && is_inexact(common) && !(is_within_53_bits(a) && is_within_53_bits(*b)))
    return false;
  const number_loop& own = number_loop_of(f, common);
  if (!own.run.run || own.nin != (b ? 2 : 1)) return false;
  // Operands choose the loop each for itself: int8 and uint8 meet in hypot's float16.
  if (mixed && own.loop != common && f != ufunc::divide) return false;
  host_number rooms[2];
  char* args[3] = {in_dtype(a, own.loop, rooms[0])};
  int used = 1;
  if (b) args[used++] = in_dtype(*b, own.loop, rooms[1]);
  args[used] = reinterpret_cast<char*>(result.bytes);
  result.dtype = own.result;
  static constexpr std::int64_t steps[3] = {};
  own.run(args, steps, 1);
  return true;
}

bool run_chain(ufunc f, dtype type, const char* before, const char* from, std::int64_t from_step, char* to,
               std::int64_t to_step, std::int64_t n) {
  const own_loop& own = loop_of(f, type);
  if (!own.run.run || own.result != type || info(f).nin != 2) return false;
  const std::int64_t item = itemsize(type), steps[] = {item, item, item};
  char* r = const_cast<char*>(before);
  for (; n > 0; --n, from += from_step, to += to_step) {
    char* const args[] = {r, const_cast<char*>(from), to};
    own.run(args, steps, 1);
    r = to;
  }
  return true;
}

}  // namespace numloom
