// SPDX-License-Identifier: BSD-3-Clause
// Random numbers whose draws depend on each other: shuffling, sampling, parameters for every element. The
// stream is walked on the CPU; what it says is brought to the device, and data never leaves its device.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <unordered_set>

#include "numloom/creation.hpp"
#include "numloom/error.hpp"
#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/sorting.hpp"
#include "ops/random_draws.hpp"

namespace numloom::random {
namespace {

/// `rows` rows of n indices from the CPU, on a device. first: as random_call.
ndarray shuffled_indices(stream_state& generator, std::int64_t rows, std::int64_t n, device where,
                         std::int64_t first = 1, bool masked = true) {
  ndarray indices = empty({rows, n}, dtype::int64, cpu);
  random_call call{distribution::permutation, dtype::int64};
  call.out = indices.data(access::write);
  call.n = n;
  call.rows = rows;
  call.first = first;
  call.masked = masked;
  call.generator = &generator;
  walk(call);
  return to_device(indices, where);
}

/// Rows of n contiguous elements on the CPU, shuffled where they are.
void shuffle_in_place(stream_state& generator, const ndarray& x, std::int64_t rows, std::int64_t n,
                      bool masked = true) {
  random_call call{distribution::shuffle, x.dtype()};
  call.out = x.data(access::write);
  call.n = n;
  call.rows = rows;
  call.masked = masked;
  call.generator = &generator;
  walk(call);
}

std::vector<double> cumulative(const std::vector<double>& p) {
  std::vector<double> sums(p.size());
  std::partial_sum(p.begin(), p.end(), sums.begin());
  const double all = sums.empty() ? 1 : sums.back();
  for (double& sum : sums) sum /= all;
  return sums;
}

void check_probabilities(const std::vector<double>& p, std::int64_t population) {
  if (static_cast<std::int64_t>(p.size()) != population)
    fail<value_error>("[choice] expected a and p of the same size, got ", population, " and ", p.size());
  double sum = 0;
  for (const double x : p) {
    if (std::isnan(x)) fail<value_error>("[choice] expected probabilities, got NaN");
    if (x < 0) fail<value_error>("[choice] expected probabilities >= 0, got ", x);
    sum += x;
  }
  if (std::abs(sum - 1) > 1.5e-8)
    fail<value_error>("[choice] expected probabilities that sum to 1, got a sum of ", sum);
}

ndarray host_array(const std::vector<std::int64_t>& values, device where) {
  ndarray a = empty({static_cast<std::int64_t>(values.size())}, dtype::int64, cpu);
  std::copy(values.begin(), values.end(), static_cast<std::int64_t*>(a.data(access::write)));
  return to_device(a, where);
}

/// Different indices with those probabilities: what was found is given none, and the rest drawn again.
std::vector<std::int64_t> weighted_sample(generator& g, std::vector<double> p, std::int64_t size) {
  if (std::count_if(p.begin(), p.end(), [](double x) { return x > 0; }) < size)
    fail<value_error>("[choice] expected at least ", size, " probabilities that are not zero");
  std::vector<std::int64_t> found;
  while (static_cast<std::int64_t>(found.size()) < size) {
    const std::int64_t wanted = size - static_cast<std::int64_t>(found.size());
    const std::vector<double> draws = g.random({wanted}).to_vector<double>();
    for (const std::int64_t i : found) p[static_cast<std::size_t>(i)] = 0;
    const std::vector<double> sums = cumulative(p);
    std::unordered_set<std::int64_t> round;
    for (const double x : draws) {
      const std::int64_t i = std::upper_bound(sums.begin(), sums.end(), x) - sums.begin();
      if (round.insert(i).second) found.push_back(i);
    }
  }
  return found;
}

}  // namespace

// ---- orders ----
ndarray generator::permutation(std::int64_t n) {
  if (n < 0) n = 0;
  return reshape(shuffled_indices(state_, 1, n, current_device()), {n});
}

ndarray generator::permutation(const ndarray& x, int axis) {
  axis = normalize_axis(axis, x.ndim(), "permutation");
  if (x.ndim() == 1) {
    ndarray shuffled = copy(x);
    shuffle(shuffled);
    return shuffled;
  }
  const std::int64_t n = x.shape(axis);
  return take(x, reshape(shuffled_indices(state_, 1, n, x.device()), {n}), axis);
}

void generator::shuffle(const ndarray& x, int axis) {
  axis = normalize_axis(axis, x.ndim(), "shuffle");
  if (!x.writeable()) fail<value_error>("[shuffle] expected a writeable array, got a read-only one");
  const std::int64_t n = x.shape(axis);
  if (x.ndim() == 1 && x.device() == cpu && x.is_c_contiguous()) return shuffle_in_place(state_, x, 1, n);
  copyto(x, take(x, reshape(shuffled_indices(state_, 1, n, x.device()), {n}), axis));
}

ndarray generator::permuted(const ndarray& x, std::optional<int> axis, const std::optional<ndarray>& out) {
  if (out && out->shape() != x.shape())
    fail<value_error>("[permuted] expected out of shape ", to_string(x.shape()), ", got ",
                      to_string(out->shape()));
  ndarray result = out ? *out : copy(x);
  if (out) copyto(result, x, casting::safe);
  // Without an axis elements go by their places in memory.
  const bool flipped = !axis && !result.is_c_contiguous() && result.is_f_contiguous();
  const ndarray seen = axis      ? moveaxis(result, {normalize_axis(*axis, x.ndim(), "permuted")}, {-1})
                       : flipped ? transpose(result)
                                 : result;
  ndarray rows = copy(seen, order::C);
  const std::int64_t n = axis ? seen.shape(-1) : seen.size(), count = n > 0 ? seen.size() / n : 0;
  if (n == 0) return result;
  if (rows.device() == cpu) {
    shuffle_in_place(state_, rows, count, n);
  } else {
    const ndarray flat = reshape(rows, {count, n});
    rows = take_along_axis(flat, shuffled_indices(state_, count, n, rows.device()), 1);
  }
  copyto(seen, reshape(rows, seen.shape()));
  return result;
}

// ---- samples ----
ndarray generator::choice(std::int64_t population, const shape_t& shape, const choice_options& options) {
  const device where = current_device();
  const std::int64_t size = size_of(shape);
  if (population <= 0 && size != 0)
    fail<value_error>("[choice] expected something to choose from, got a population of ", population);
  std::vector<double> p;
  if (options.p) {
    p = options.p->to_vector<double>();
    check_probabilities(p, population);
  }
  if (options.replace) {
    if (!options.p) return integers(scalar(0), scalar(population), shape);
    const std::vector<double> sums = cumulative(p);
    ndarray table = empty({population}, dtype::float64, cpu);
    std::copy(sums.begin(), sums.end(), static_cast<double*>(table.data(access::write)));
    return searchsorted(to_device(table, where), random(shape), true);
  }
  if (size > population)
    fail<value_error>("[choice] expected a sample of at most ", population, " without replacement, got ",
                      size);
  if (options.p) return reshape(host_array(weighted_sample(*this, p, size), where), shape);
  const std::int64_t share = options.shuffle ? 50 : 20;
  if (population > 10000 && size > population / share) {  // the end of a shuffled range
    const ndarray all =
        shuffled_indices(state_, 1, population, cpu, std::max<std::int64_t>(population - size, 1), false);
    const ndarray last = all.view({size}, {8}, (population - size) * 8);
    return reshape(to_device(copy(last), where), shape);
  }
  ndarray found = empty({size}, dtype::int64, cpu);
  if (size > 0) {
    random_call call{distribution::sample, dtype::int64};
    call.out = found.data(access::write);
    call.n = size;
    call.generator = &state_;
    call.range = static_cast<std::uint64_t>(population - 1);
    walk(call);
    if (options.shuffle) shuffle_in_place(state_, found, 1, size, false);
  }
  return reshape(to_device(found, where), shape);
}

ndarray generator::choice(const ndarray& a, const shape_t& shape, const choice_options& options) {
  if (a.ndim() == 0) return choice(a.item<std::int64_t>(), shape, options);
  const int axis = normalize_axis(options.axis, a.ndim(), "choice");
  return take(a, choice(a.shape(axis), shape, options), axis);
}

std::vector<std::byte> generator::bytes(std::int64_t length) {
  if (length <= 0) return {};
  const ndarray words = to_device(
      integers(scalar(0), scalar(std::int64_t{1} << 32), {(length + 3) / 4}, {.dtype = dtype::uint32}), cpu);
  std::vector<std::byte> result(static_cast<std::size_t>(length));
  std::memcpy(result.data(), words.data(access::read), result.size());
  return result;
}

ndarray generator::integers(const ndarray& low, const ndarray& high, const std::optional<shape_t>& shape,
                            integers_options options) {
  const dtype type = options.dtype;
  if (type != dtype::bool_ && !is_integer(type))
    fail<type_error>("[integers] expected an integer dtype or bool, got ", type);
  const shape_t common = broadcast_shapes(low.shape(), high.shape()), all = shape.value_or(common);
  if (broadcast_shapes(common, all) != all)
    fail<value_error>("[integers] expected bounds that broadcast to ", to_string(all), ", got shape ",
                      to_string(common));
  const auto on_host = [&](const ndarray& a) {
    const dtype wide = a.dtype() == dtype::uint64 ? dtype::uint64 : dtype::int64;
    return ascontiguousarray(broadcast_to(to_device(astype(a, wide), cpu), all));
  };
  const ndarray first = on_host(low), last = on_host(high), ranges = empty(all, dtype::uint64, cpu);
  __extension__ using wide_integer = __int128;
  const auto value = [](const ndarray& a, std::int64_t i) -> wide_integer {
    const void* data = a.data(access::read);
    return a.dtype() == dtype::uint64 ? wide_integer(static_cast<const std::uint64_t*>(data)[i])
                                      : wide_integer(static_cast<const std::int64_t*>(data)[i]);
  };
  const int bits = type == dtype::bool_ ? 1 : 8 * itemsize(type);
  const wide_integer least = numloom::kind_of(type) == 'i' ? -(wide_integer(1) << (bits - 1)) : 0;
  const wide_integer most = least + (wide_integer(1) << bits) - 1;
  auto* const range = static_cast<std::uint64_t*>(ranges.data(access::write));
  for (std::int64_t i = 0; i < ranges.size(); ++i) {
    const wide_integer a = value(first, i), b = value(last, i) - (options.endpoint ? 0 : 1);
    if (a < least) fail<value_error>("[integers] low is out of bounds for ", type);
    if (b > most) fail<value_error>("[integers] high is out of bounds for ", type);
    if (a > b) fail<value_error>("[integers] low ", options.endpoint ? ">" : ">=", " high");
    range[i] = static_cast<std::uint64_t>(b - a);
  }
  ndarray out = empty(all, type, cpu);
  random_call drawn{distribution::integers_each, type};
  drawn.out = out.data(access::write);
  drawn.n = out.size();
  drawn.generator = &state_;
  drawn.lows = static_cast<const std::uint64_t*>(first.data(access::read));
  drawn.ranges = range;
  walk(drawn);
  return to_device(out, current_device());
}

}  // namespace numloom::random
