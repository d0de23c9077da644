// SPDX-License-Identifier: BSD-3-Clause
// k-means: points in the plane fall into clusters. Distances by broadcasting, means by masks.
#include <cmath>
#include <cstdlib>
#include <iostream>

#include <numloom/numloom.hpp>

namespace nl = numloom;
using nl::slice;

namespace {

// Points around the corners of a polygon, from a small generator of our own.
nl::array<double> sample(std::int64_t points, std::int64_t clusters) {
  std::vector<double> xy;
  std::uint64_t state = 42;
  const auto uniform = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state >> 11) * 0x1p-53;
  };
  for (std::int64_t i = 0; i < points; ++i) {
    const double angle =
        6.283185307179586 * static_cast<double>(i % clusters) / static_cast<double>(clusters);
    xy.push_back(5 * std::cos(angle) + uniform() + uniform() - 1);
    xy.push_back(5 * std::sin(angle) + uniform() + uniform() - 1);
  }
  return nl::array<double>(xy, {points, 2});
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t points = argc > 1 ? std::atoll(argv[1]) : 20000, clusters = 5;
  const auto xy = sample(points, clusters);
  auto centres = xy(slice{0, clusters}).copy();
  for (int round = 1; round <= 50; ++round) {
    const auto offset = xy(slice{}, nl::newaxis, slice{}) - centres;  // (points, clusters, 2)
    const nl::array<std::int64_t> nearest(nl::argmin(nl::sum(nl::square(offset), {.axis = 2}), {.axis = 1}));
    const auto before = centres.copy();
    for (std::int64_t k = 0; k < clusters; ++k) centres.assign(nl::mean(xy(nearest == k), {.axis = 0}), k);
    const double moved = nl::max(nl::absolute(centres - before)).item<double>();
    std::cout << "round " << round << ": the centres moved by " << moved << "\n";
    if (moved == 0) break;
  }
  std::cout << centres << "\n";
}
