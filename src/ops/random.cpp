// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/random.hpp"

#include <cmath>

#include "core/backend.hpp"
#include "numloom/error.hpp"
#include "ops/random_draws.hpp"

namespace numloom::random {
namespace {

__extension__ using wide_integer = __int128;  // holds the bounds of every dtype, and one more

void fill(distribution kind, stream_state& generator, const ndarray& out, std::uint64_t low = 0,
          std::uint64_t range = 0) {
  random_call call = call_for(kind, generator, out);
  call.low = low;
  call.range = range;
  run(call, out);
}

void require_floating(const char* operation, dtype type) {
  if (type != dtype::float64 && type != dtype::float32)
    fail<type_error>("[", operation, "] expected dtype float64 or float32, got ", type);
}

void require_contiguous(const char* operation, const ndarray& out) {
  require_floating(operation, out.dtype());
  if (!out.is_c_contiguous() || !out.writeable())
    fail<value_error>("[", operation, "] expected out to be C-contiguous and writeable, got shape ",
                      to_string(out.shape()), ", dtype ", out.dtype());
}

distribution kind_of(exponential_method method) {
  return method == exponential_method::ziggurat ? distribution::standard_exponential
                                                : distribution::standard_exponential_inverted;
}

wide_integer bound_of(const char* name, const scalar& s) {
  switch (s.type) {
    case scalar::kind::boolean: return s.b ? 1 : 0;
    case scalar::kind::integer: return s.i;
    case scalar::kind::unsigned_integer: return s.u;
    case scalar::kind::floating:  // NumPy takes floats and cuts them off
      if (s.f[0] > -0x1p65 && s.f[0] < 0x1p65) return static_cast<wide_integer>(s.f[0]);
      break;
    case scalar::kind::complex: break;
  }
  fail<value_error>("[integers] expected an integer for ", name, ", got a number that is none");
}

}  // namespace

random_call call_for(distribution kind, stream_state& generator, const ndarray& out) {
  random_call call{kind, out.dtype()};
  call.out = out.data(access::write);
  call.n = out.size();
  call.generator = &generator;
  return call;
}
void run(random_call call, const ndarray& out) {
  if (call.generator->kind != engine::foreign || out.device() == cpu)
    return backend_of(out.device()).random_fill(call, current_stream(out.device()));
  const ndarray drawn = empty(out.shape(), out.dtype(), cpu);  // its functions are the host's
  call.out = drawn.data(access::write);
  backend_of(cpu).random_fill(call, current_stream(cpu));
  copyto(out, to_device(drawn, out.device()));
}
void walk(const random_call& call) {
  if (call.n > 0 && call.rows > 0) backend_of(cpu).random_fill(call, current_stream(cpu));
}

double real_number(std::string_view operation, const scalar& s) {
  switch (s.type) {
    case scalar::kind::boolean: return s.b ? 1 : 0;
    case scalar::kind::integer: return static_cast<double>(s.i);
    case scalar::kind::unsigned_integer: return static_cast<double>(s.u);
    case scalar::kind::floating: return s.f[0];
    case scalar::kind::complex: break;
  }
  fail<type_error>("[", operation, "] expected real parameters, got a complex number");
}

ndarray generator::random(const sample_size& size, dtype type) {
  require_floating("random", type);
  ndarray out = empty(size.value_or(shape_t()), type);
  fill(distribution::uniform, state_, out);
  return out;
}

ndarray generator::standard_normal(const sample_size& size, dtype type) {
  require_floating("standard_normal", type);
  ndarray out = empty(size.value_or(shape_t()), type);
  fill(distribution::standard_normal, state_, out);
  return out;
}

ndarray generator::standard_exponential(const sample_size& size, dtype type, exponential_method method) {
  require_floating("standard_exponential", type);
  ndarray out = empty(size.value_or(shape_t()), type);
  fill(kind_of(method), state_, out);
  return out;
}

void generator::standard_exponential_into(const ndarray& out, exponential_method method) {
  require_contiguous("standard_exponential", out);
  fill(kind_of(method), state_, out);
}

void generator::advance(uint128 delta) {
  if (state_.kind != engine::pcg64)
    fail<value_error>("[advance] expected a PCG64 stream, got another bit generator");
  state_ = pcg64_advance(state_, delta);
}

void generator::random_into(const ndarray& out) {
  require_contiguous("random", out);
  fill(distribution::uniform, state_, out);
}

void generator::standard_normal_into(const ndarray& out) {
  require_contiguous("standard_normal", out);
  fill(distribution::standard_normal, state_, out);
}

ndarray generator::random_raw(const shape_t& shape) {
  ndarray out = empty(shape, dtype::uint64);
  fill(distribution::raw, state_, out);
  return out;
}

ndarray generator::integers(const scalar& low, const scalar& high, const shape_t& shape,
                            integers_options options) {
  const dtype type = options.dtype;
  if (type != dtype::bool_ && !is_integer(type))
    fail<type_error>("[integers] expected an integer dtype or bool, got ", type);
  const int bits = type == dtype::bool_ ? 1 : 8 * itemsize(type);
  const bool is_signed = numloom::kind_of(type) == 'i';
  const wide_integer least = is_signed ? -(wide_integer(1) << (bits - 1)) : 0;
  const wide_integer most = least + (wide_integer(1) << bits) - 1;
  const wide_integer first = bound_of("low", low);
  const wide_integer last = bound_of("high", high) - (options.endpoint ? 0 : 1);
  if (first < least) fail<value_error>("[integers] low is out of bounds for ", type);
  if (last > most) fail<value_error>("[integers] high is out of bounds for ", type);
  if (first > last) fail<value_error>("[integers] low ", options.endpoint ? ">" : ">=", " high");
  ndarray out = empty(shape, type);
  fill(distribution::integers, state_, out, static_cast<std::uint64_t>(first),
       static_cast<std::uint64_t>(last - first));
  return out;
}

}  // namespace numloom::random
