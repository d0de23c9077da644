// SPDX-License-Identifier: BSD-3-Clause
// Heat spreads over a plate: the explicit five-point scheme, written with slices that are views.
#include <cstdlib>
#include <iostream>

#include <numloom/numloom.hpp>

namespace nl = numloom;
using nl::slice;

int main(int argc, char** argv) {
  const std::int64_t n = argc > 1 ? std::atoll(argv[1]) : 256;
  const int steps = argc > 2 ? std::atoi(argv[2]) : 500;
  const float rate = 0.2f;  // below 1/4: stable

  auto plate = nl::array<float>::zeros({n, n});
  plate.assign(100, 0, slice{});                             // a hot edge
  plate.assign(-50, slice{n / 2, n / 2 + 8}, slice{8, 24});  // and a cold spot

  const auto centre = plate(slice{1, -1}, slice{1, -1});
  const auto above = plate(slice{0, -2}, slice{1, -1}), below = plate(slice{2, {}}, slice{1, -1});
  const auto left = plate(slice{1, -1}, slice{0, -2}), right = plate(slice{1, -1}, slice{2, {}});
  for (int step = 0; step < steps; ++step) {
    const auto flow = above + below + left + right - 4 * centre;
    nl::add(centre, rate * flow, {.out = centre});
  }

  std::cout << "a plate of " << n << " x " << n << " after " << steps << " steps on " << plate.device()
            << "\n"
            << "mean " << nl::mean(plate) << ", hottest inside " << nl::max(centre) << ", coldest "
            << nl::min(plate) << "\n"
            << plate(slice{.step = n / 8}, slice{.step = n / 8}).astype<int>() << "\n";
}
