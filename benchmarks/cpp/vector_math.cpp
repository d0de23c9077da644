// SPDX-License-Identifier: BSD-3-Clause
// Error and speed of the vectorised mathematical functions, one line for each function, type and range: the
// largest error in units of the last place against double (float) or 80-bit long double (double), and
// nanoseconds an element for 4096 elements in the cache. Compiled for one instruction-set level, as the
// library's loops are:
//
//   g++ -std=c++20 -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off -march=x86-64-v4
//       -mprefer-vector-width=512 -DNL_TARGET=cpu_v4 -Ikernels benchmarks/cpp/vector_math.cpp -o vector_math
//   vector_math [POINTS]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "fast_path.hpp"
#include "functors/all.hpp"

namespace numloom::NL_TARGET {
namespace {

enum class spread { even, log, both_signs };

struct range {
  double low, high;
  spread how = spread::even;
};

template <class T> std::vector<T> sample(range r, long count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<T> x(static_cast<std::size_t>(count));
  for (T& v : x) {
    const double u = unit(random);
    double y = r.how == spread::even ? r.low + (r.high - r.low) * u
                                     : std::exp(std::log(r.low) * (1 - u) + std::log(r.high) * u);
    if (r.how == spread::both_signs && unit(random) < 0.5) y = -y;
    v = static_cast<T>(y);
  }
  return x;
}

// |got - exact| in units of the last place of a T as large as exact. Where T overflows, both must.
template <class T, class Wide> double error(T got, Wide exact) {
  const T rounded = static_cast<T>(exact);
  if (!std::isfinite(rounded))
    return got == rounded || (std::isnan(got) && std::isnan(rounded)) ? 0 : INFINITY;
  int exponent = 0;
  std::frexp(std::max(std::fabs(exact), static_cast<Wide>(limits<T>::tiny())), &exponent);
  return static_cast<double>(std::fabs(static_cast<Wide>(got) - exact) /
                             std::ldexp(Wide(1), exponent - limits<T>::digits));
}

// The shortest of many runs: other programs only ever make it longer.
template <class Run> double nanoseconds(Run run) {
  using clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int k = 0; k < 500; ++k) {
    const auto start = clock::now();
    run();
    best = std::min(best, std::chrono::duration<double, std::nano>(clock::now() - start).count());
  }
  return best;
}

template <class F, class T, class Wide, class... In>
void measure(const char* name, Wide (*exact)(In...), long points, const std::vector<T>& x,
             const std::vector<T>& y) {
  constexpr bool binary = sizeof...(In) == 2;
  std::vector<T> out(x.size());
  const auto run = [&](i64 n) {
    if constexpr (binary)
      apply_contiguous<F>(n, out.data(), x.data(), y.data());
    else
      apply_contiguous<F>(n, out.data(), x.data());
  };
  run(points);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if constexpr (binary)
      worst = std::max(worst, error(out[i], exact(x[i], y[i])));
    else
      worst = std::max(worst, error(out[i], exact(x[i])));
  }
  const double ns = nanoseconds([&] {
    run(4096);
    asm volatile("" ::"r"(out.data()) : "memory");
  });
  std::printf("| %-10s | float%zu | %5.2f | %6.2f |\n", name, sizeof(T) * 8, worst, ns / 4096);
  std::fflush(stdout);
}

long points = 2000000;

template <class F>
void unary(const char* name, double (*f)(double), long double (*g)(long double), range r, range s) {
  measure<F>(name, f, points, sample<float>(r, points, 1), {});
  measure<F>(name, g, points, sample<double>(s, points, 1), {});
}
template <class F>
void binary(const char* name, double (*f)(double, double), long double (*g)(long double, long double),
            range x, range y) {
  measure<F>(name, f, points, sample<float>(x, points, 1), sample<float>(y, points, 2));
  measure<F>(name, g, points, sample<double>(x, points, 1), sample<double>(y, points, 2));
}

}  // namespace
}  // namespace numloom::NL_TARGET

int main(int argc, char** argv) {
  using namespace numloom::NL_TARGET;
  if (argc > 1) points = std::max(4096L, std::atol(argv[1]));
  constexpr auto both = spread::both_signs, log = spread::log;
  unary<Exp>("exp", std::exp, std::exp, {-104, 89}, {-746, 710});
  unary<Exp2>("exp2", std::exp2, std::exp2, {-150, 128}, {-1075, 1024});
  unary<Expm1>("expm1", std::expm1, std::expm1, {1e-10, 80, both}, {1e-20, 600, both});
  unary<Log>("log", std::log, std::log, {1e-45, 3e38, log}, {1e-320, 1e308, log});
  unary<Log>("log near 1", std::log, std::log, {0.5, 2}, {0.5, 2});
  unary<Log2>("log2", std::log2, std::log2, {0.25, 4}, {0.25, 4});
  unary<Log10>("log10", std::log10, std::log10, {0.25, 4}, {0.25, 4});
  unary<Log1p>("log1p", std::log1p, std::log1p, {-0.9999, 3}, {-0.9999999, 3});
  unary<Sin>("sin", std::sin, std::sin, {-10, 10}, {-10, 10});
  unary<Sin>("sin large", std::sin, std::sin, {1, 2e5, both}, {1, 1e10, both});
  unary<Cos>("cos", std::cos, std::cos, {-10, 10}, {-10, 10});
  unary<Tan>("tan", std::tan, std::tan, {-10, 10}, {-10, 10});
  unary<Arcsin>("arcsin", std::asin, std::asin, {-1, 1}, {-1, 1});
  unary<Arccos>("arccos", std::acos, std::acos, {-1, 1}, {-1, 1});
  unary<Arctan>("arctan", std::atan, std::atan, {1e-6, 1e6, both}, {1e-6, 1e6, both});
  unary<Sinh>("sinh", std::sinh, std::sinh, {1e-6, 89, both}, {1e-6, 710, both});
  unary<Cosh>("cosh", std::cosh, std::cosh, {-89, 89}, {-710, 710});
  unary<Tanh>("tanh", std::tanh, std::tanh, {1e-6, 12, both}, {1e-6, 22, both});
  unary<Arcsinh>("arcsinh", std::asinh, std::asinh, {1e-6, 1e6, both}, {1e-6, 1e6, both});
  unary<Arccosh>("arccosh", std::acosh, std::acosh, {1, 100}, {1, 100});
  unary<Arctanh>("arctanh", std::atanh, std::atanh, {-1, 1}, {-1, 1});
  unary<Cbrt>("cbrt", std::cbrt, std::cbrt, {1e-40, 1e38, both}, {1e-300, 1e300, both});
  binary<Power>("power", std::pow, std::pow, {0.1, 10}, {-8, 8});
  binary<Arctan2>("arctan2", std::atan2, std::atan2, {-5, 5}, {-5, 5});
  binary<Hypot>("hypot", std::hypot, std::hypot, {-5, 5}, {-5, 5});
  binary<Fmod>("fmod", std::fmod, std::fmod, {-50, 50}, {0.1, 50});
}
