// SPDX-License-Identifier: BSD-3-Clause
// Factors, roots of unity and the cache of plans.
#include "cpu/fft_plan.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <list>
#include <mutex>
#include <numbers>
#include <string_view>
#include <typeindex>

#include "cpu/loops.hpp"

namespace numloom {

// clang-format off
#define NL_LEVEL(space, name, supported) namespace space { void fill_fft(cpu_host::fft_tables&); }
// clang-format on
#include "cpu/levels.def"

namespace cpu_host {

const fft_tables& fft_kernels_in_use() noexcept {
  static const fft_tables chosen = [] {
    fft_tables tables{};
    const std::string_view level = cpu_level();
#define NL_LEVEL(space, name, supported) \
  if (level == name) space::fill_fft(tables);
#include "cpu/levels.def"
    return tables;
  }();
  return chosen;
}

namespace {

// Beyond this prime a chirp is cheaper than sums over all values.
constexpr int largest_radix = 61;

/// e^(-2 pi i k / n), rounded once. Angles are taken from the nearest axis, so that 1, -i, -1 and i are
/// exact.
std::complex<double> root(std::int64_t k, std::int64_t n) {
  const std::int64_t quadrant = 4 * (k % n) / n, beyond = 4 * (k % n) - quadrant * n;
  const bool is_steep = 2 * beyond > n;
  const long double angle = std::numbers::pi_v<long double> / 2 *
                            static_cast<long double>(is_steep ? n - beyond : beyond) /
                            static_cast<long double>(n);
  double c = static_cast<double>(std::cos(angle)), s = static_cast<double>(std::sin(angle));
  if (is_steep) std::swap(c, s);
  switch (quadrant) {
    case 0: return {c, -s};
    case 1: return {-s, -c};
    case 2: return {-c, s};
    default: return {s, c};
  }
}

template <class T> void append(std::vector<T>& to, std::complex<double> z) {
  to.push_back(static_cast<T>(z.real()));
  to.push_back(static_cast<T>(z.imag()));
}

/// Radices for a smooth length: eights as far as they go, then fours, a two, and the odd primes.
std::vector<int> radices_of(std::int64_t n) {
  std::vector<int> found;
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  for (int p = 3; n > 1; p += 2)
    for (; n % p == 0; n /= p) found.push_back(p);
  const int rest = twos % 3;
  for (int k = rest == 1 && twos > 1 ? 1 : 0; k < twos / 3; ++k) found.push_back(8);
  if (rest == 2 || (rest == 1 && twos > 1)) found.push_back(4);
  if (rest == 1) found.push_back(twos > 1 ? 4 : 2);
  return found;
}

/// Rows for a matrix of n elements: a divisor near the root of n for which few lanes stay empty.
std::int64_t rows_of(std::int64_t n, int lanes) {
  std::vector<std::int64_t> divisors{1};
  std::int64_t rest = n;
  for (std::int64_t p = 2; rest > 1; ++p)
    for (std::size_t before = divisors.size(); rest % p == 0; rest /= p, before = divisors.size())
      for (std::size_t i = 0; i < before; ++i)
        if (std::find(divisors.begin(), divisors.end(), divisors[i] * p) == divisors.end())
          divisors.push_back(divisors[i] * p);
  const auto filled = [&](std::int64_t x) { return (x + lanes - 1) / lanes * lanes; };
  std::int64_t best = 1;
  double least = 1e300;
  for (const std::int64_t rows : divisors) {
    const std::int64_t columns = n / rows;
    const double work = static_cast<double>(filled(columns) * rows + filled(rows) * columns);
    const double length = static_cast<double>(std::max(rows, columns)) / std::sqrt(static_cast<double>(n));
    const double cost = work * (1 + 0.05 * std::log2(length));
    if (cost < least) least = cost, best = rows;
  }
  return best;
}

template <class T> std::size_t bytes_of(const std::vector<T>& v) { return v.size() * sizeof(T); }

}  // namespace

bool is_smooth(std::int64_t n) noexcept {
  for (std::int64_t p = 2; p <= largest_radix && n > 1; ++p)
    while (n % p == 0) n /= p;
  return n <= 1;
}

bool suits_a_line(std::int64_t n, int lanes) noexcept {
  if (n < 32) return false;
  const std::int64_t rows = rows_of(n, lanes), columns = n / rows;
  return (columns + lanes - 1) / lanes * rows + (rows + lanes - 1) / lanes * columns < n;
}

template <class T> block_plan_of<T>::block_plan_of(std::int64_t n) {
  const std::vector<int> radices = radices_of(n);
  std::vector<std::size_t> twiddles_at, roots_at;
  std::int64_t groups = 1, span = n;
  for (const int r : radices) {
    span /= r;
    passes.push_back({r, span, groups, nullptr, nullptr});
    twiddles_at.push_back(twiddles.size());
    for (std::int64_t i = 0; span > 1 && i < span; ++i)
      for (int c = 1; c < r; ++c) append(twiddles, root(i * c, span * r));
    roots_at.push_back(twiddles.size());
    for (int k = 0; r > 13 && k < r; ++k) append(twiddles, root(k, r));
    groups *= r;
  }
  for (std::size_t k = 0; k < passes.size(); ++k) {
    if (passes[k].span > 1) passes[k].twiddles = twiddles.data() + twiddles_at[k];
    if (passes[k].radix > 13) passes[k].roots = twiddles.data() + roots_at[k];
  }
  bytes = bytes_of(twiddles);
}

split_roots::split_roots(std::int64_t n) {
  while ((std::int64_t{1} << (2 * shift)) < n) ++shift;
  for (std::int64_t k = 0; k << shift < n; ++k) append(high, root(k << shift, n));
  for (std::int64_t k = 0; k < std::int64_t{1} << shift; ++k) append(low, root(k, n));
  bytes = bytes_of(high) + bytes_of(low);
}

template <class T> line_plan<T>::line_plan(std::int64_t n) {
  const int lanes = kernels_for<T>().lanes;
  rows = rows_of(n, lanes);
  columns = n / rows;
  down = fft_plan<block_plan_of<T>>(rows);
  along = fft_plan<block_plan_of<T>>(columns);
  roots = fft_plan<split_roots>(n);
  for (std::int64_t row = 0; row < rows; ++row) {
    std::complex<double> w[64];
    for (int v = 0; v < lanes; ++v) w[v] = root(row * v, n);
    for (int v = 0; v < lanes; ++v) lane_factors.push_back(static_cast<T>(w[v].real()));
    for (int v = 0; v < lanes; ++v) lane_factors.push_back(static_cast<T>(w[v].imag()));
  }
  bytes = bytes_of(lane_factors);
}

std::int64_t chirp_length(std::int64_t n) noexcept {
  // The least 2^a 3^b 5^c with a >= 4: fewer twos fill the lanes badly.
  std::int64_t m = INT64_MAX;
  for (std::int64_t five : {1, 5, 25})
    for (std::int64_t three : {1, 3, 9, 27}) {
      std::int64_t size = 16 * five * three;
      while (size < 2 * n - 1) size *= 2;
      m = std::min(m, size);
    }
  return m;
}

template <class T> chirp_plan<T>::chirp_plan(std::int64_t n) : m(chirp_length(n)) {
  std::vector<double> wave(static_cast<std::size_t>(2 * m), 0.0), result(wave.size());
  for (std::int64_t j = 0, square = 0; j < n; square = (square + 2 * j + 1) % (2 * n), ++j) {
    const std::complex<double> w = root(square, 2 * n);
    append(chirp, w);
    for (const std::int64_t at : {j, (m - j) % m}) {
      wave[static_cast<std::size_t>(2 * at)] = w.real();
      wave[static_cast<std::size_t>(2 * at + 1)] = -w.imag();
    }
  }
  transform_line<double>(m, reinterpret_cast<const char*>(wave.data()), 16,
                         reinterpret_cast<char*>(result.data()), 16, 1.0 / static_cast<double>(m), false);
  for (const double x : result) spectrum.push_back(static_cast<T>(x));
  bytes = bytes_of(chirp) + bytes_of(spectrum);
}

template <class T> root_plan<T>::root_plan(std::int64_t n) {
  for (std::int64_t k = 0; k <= n / 4; ++k) append(roots, root(k, n));
  bytes = bytes_of(roots);
}

// ---- the cache ----

namespace {

constexpr std::size_t most_plans = 96, most_bytes = std::size_t{64} << 20;

class plan_cache {
 public:
  std::shared_ptr<const fft_entry> find(std::type_index kind, std::int64_t n) {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
      if (it->n == n && it->kind == kind) {
        entries_.splice(entries_.begin(), entries_, it);
        return it->plan;
      }
    return nullptr;
  }
  void keep(std::type_index kind, std::int64_t n, std::shared_ptr<const fft_entry> plan) {
    const std::lock_guard lock(mutex_);
    bytes_ += plan->bytes;
    entries_.push_front({kind, n, std::move(plan)});
    while (entries_.size() > 1 && (entries_.size() > most_plans || bytes_ > most_bytes)) {
      bytes_ -= entries_.back().plan->bytes;
      entries_.pop_back();
    }
  }

 private:
  struct entry {
    std::type_index kind;
    std::int64_t n;
    std::shared_ptr<const fft_entry> plan;
  };
  std::mutex mutex_;
  std::list<entry> entries_;  // used last first
  std::size_t bytes_ = 0;
};

plan_cache& plans() {
  static plan_cache& plans = *new plan_cache;  // never destroyed
  return plans;
}

}  // namespace

template <class Plan> std::shared_ptr<const Plan> fft_plan(std::int64_t n) {
  if (auto found = plans().find(typeid(Plan), n)) return std::static_pointer_cast<const Plan>(found);
  auto made = std::make_shared<const Plan>(n);
  plans().keep(typeid(Plan), n, made);
  return made;
}

#define NL_FFT_PLAN(plan)                                             \
  template std::shared_ptr<const plan<float>> fft_plan(std::int64_t); \
  template std::shared_ptr<const plan<double>> fft_plan(std::int64_t);
NL_FFT_PLAN(block_plan_of)
NL_FFT_PLAN(line_plan)
NL_FFT_PLAN(chirp_plan)
NL_FFT_PLAN(root_plan)
#undef NL_FFT_PLAN
template std::shared_ptr<const split_roots> fft_plan(std::int64_t);

}  // namespace cpu_host
}  // namespace numloom
