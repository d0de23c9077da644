// SPDX-License-Identifier: BSD-3-Clause
// Distributions that are a standard one, scaled and shifted: by numbers while they are drawn, by arrays
// afterwards, on the device.
#include <cmath>
#include <initializer_list>

#include "numloom/creation.hpp"
#include "numloom/error.hpp"
#include "numloom/reductions.hpp"
#include "ops/random_draws.hpp"

namespace numloom::random {
namespace {

ndarray operation(ufunc which, const array_like& a, const array_like& b, std::optional<ndarray> out = {}) {
  return call(which, std::initializer_list<array_like>{a, b}, ufunc_options{.out = std::move(out)});
}

double number_of(const char* name, const array_like& x) { return real_number(name, x.number()); }

void require_range(double range) {
  if (!std::isfinite(range)) fail<overflow_error>("[uniform] expected a finite high - low, got ", range);
  if (std::signbit(range)) fail<value_error>("[uniform] expected high - low >= 0, got ", range);
}
void require_scale(const char* name, double scale) {
  if (std::signbit(scale) && !std::isnan(scale))
    fail<value_error>("[", name, "] expected scale >= 0, got ", scale);
}

bool any_negative(const ndarray& a) {
  const ndarray number = call(ufunc::logical_not, call(ufunc::isnan, a));
  return any(operation(ufunc::logical_and, call(ufunc::signbit, a), number)).item<bool>();
}

ndarray on_device(const char* name, const array_like& x) {
  if (!x.array()) return full({}, scalar(number_of(name, x)));
  if (numloom::kind_of(x.array()->dtype()) == 'c')
    fail<type_error>("[", name, "] expected real parameters, got dtype ", x.array()->dtype());
  return astype(to_device(*x.array(), current_device()), dtype::float64);
}

/// shift + scale * x for float64 x of that distribution.
ndarray by_numbers(distribution kind, stream_state& generator, const sample_size& size, double scale,
                   double shift) {
  ndarray out = empty(size.value_or(shape_t{}));
  random_call drawn = call_for(kind, generator, out);
  drawn.affine = true;
  drawn.scale = scale;
  drawn.shift = shift;
  run(drawn, out);
  return out;
}

ndarray by_arrays(const char* name, distribution kind, stream_state& generator, const sample_size& size,
                  const ndarray& scale, const ndarray* shift) {
  const shape_t common = shift ? broadcast_shapes(scale.shape(), shift->shape()) : scale.shape();
  const shape_t shape = size.value_or(common);
  if (size && broadcast_shapes(common, shape) != shape)
    fail<value_error>("[", name, "] expected parameters that broadcast to ", to_string(shape), ", got shape ",
                      to_string(common));
  ndarray x = empty(shape);
  run(call_for(kind, generator, x), x);
  operation(ufunc::multiply, x, scale, x);
  return shift ? operation(ufunc::add, x, *shift, x) : x;
}

}  // namespace

ndarray generator::uniform(const array_like& low, const array_like& high, const sample_size& size) {
  if (!low.array() && !high.array()) {
    const double first = number_of("uniform", low), range = number_of("uniform", high) - first;
    require_range(range);
    return by_numbers(distribution::uniform, state_, size, range, first);
  }
  const ndarray first = on_device("uniform", low);
  const ndarray range = operation(ufunc::subtract, on_device("uniform", high), first);
  if (!all(call(ufunc::isfinite, range)).item<bool>())
    fail<overflow_error>("[uniform] expected a finite high - low everywhere");
  if (any_negative(range)) fail<value_error>("[uniform] expected high - low >= 0 everywhere");
  return by_arrays("uniform", distribution::uniform, state_, size, range, &first);
}

ndarray generator::normal(const array_like& loc, const array_like& scale, const sample_size& size) {
  if (!loc.array() && !scale.array()) {
    require_scale("normal", number_of("normal", scale));
    return by_numbers(distribution::standard_normal, state_, size, number_of("normal", scale),
                      number_of("normal", loc));
  }
  const ndarray deviation = on_device("normal", scale), mean = on_device("normal", loc);
  if (any_negative(deviation)) fail<value_error>("[normal] expected scale >= 0 everywhere");
  return by_arrays("normal", distribution::standard_normal, state_, size, deviation, &mean);
}

ndarray generator::exponential(const array_like& scale, const sample_size& size) {
  if (!scale.array()) {
    require_scale("exponential", number_of("exponential", scale));
    return by_numbers(distribution::standard_exponential, state_, size, number_of("exponential", scale), 0);
  }
  const ndarray mean = on_device("exponential", scale);
  if (any_negative(mean)) fail<value_error>("[exponential] expected scale >= 0 everywhere");
  return by_arrays("exponential", distribution::standard_exponential, state_, size, mean, nullptr);
}

}  // namespace numloom::random
